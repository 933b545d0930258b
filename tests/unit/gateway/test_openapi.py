"""The OpenAPI document: valid, complete, and true."""

from typing import Any

import jsonschema
import pytest
from gatewaytest.v1 import everything_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from google.protobuf.message import Message
from hypothesis import given
from openapi_spec_validator import OpenAPIV31SpecValidator

from gateway_support.asgi import call
from gateway_support.kitchen import gateway_of
from gateway_support.messages import messages
from voice_recordings.gateway import Description, document
from voice_recordings.gateway.encoder import Encoder


def commented() -> bytes:
    """A descriptor set with a comment on this and that."""
    file = FileDescriptorProto(name="gatewaytest/v1/kitchen.proto", package="gatewaytest.v1")
    service = file.service.add(name="Kitchen")
    service.method.add(name="Echo")
    file.message_type.add(name="File").field.add(name="folder")
    add = file.source_code_info.location.add
    add(path=[6, 0], leading_comments=" Cooks.\n")
    add(path=[6, 0, 2, 0], leading_comments=" Answers\n with its request.\n\n And more.\n")
    add(path=[4, 0, 2, 0], leading_comments=" Where it is.\n")
    return FileDescriptorSet(file=[file]).SerializeToString()


DESCRIPTION = Description("Kitchen", "1.2.3", "For tests.", commented(), ("https://a.example",))
GATEWAY = gateway_of(description=DESCRIPTION)
API: Any = document(GATEWAY.bindings, DESCRIPTION)


def test_an_independent_validator_finds_it_valid() -> None:
    """OpenAPI 3.1, with operation ids that are unique."""
    # A few of Echo's many rules: each lists every field there is, and takes a second.
    echoes = [binding for binding in GATEWAY.bindings if binding.method.name.endswith("/Echo")]
    few = [binding for binding in GATEWAY.bindings if binding not in echoes[3:]]
    assert list(OpenAPIV31SpecValidator(document(few, DESCRIPTION)).iter_errors()) == []
    ids = [
        operation["operationId"] for path in API["paths"].values() for operation in path.values()
    ]
    assert len(ids) == len(set(ids))


def test_every_route_is_in_it() -> None:
    """But for methods that OpenAPI does not know."""
    routes = {
        (binding.http_method.lower(), binding.template.text)
        for binding in GATEWAY.bindings
        if binding.http_method != "PURGE"
    }
    operations = [(method, path) for path, methods in API["paths"].items() for method in methods]
    assert len(operations) == len(routes)


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        pytest.param("/v1/strings/{string_field}", ["string_field"], id="one-segment"),
        pytest.param("/v1/names/shelves/{shelve}/books/{book}", ["shelve", "book"], id="a-name"),
        pytest.param("/v1/tail/{string_field}", ["string_field"], id="many-segments"),
        pytest.param(
            "/v1/nested/{string_field}/{int32_field}", ["string_field", "int32_field"], id="nested"
        ),
        pytest.param("/v1/strings/{string_field}:shout", ["string_field"], id="verb"),
    ],
)
def test_paths(path: str, parameters: list[str]) -> None:
    """A variable of several segments is spread into a parameter each."""
    operation = API["paths"][path]["get"]
    names = [each["name"] for each in operation["parameters"] if each.get("in") == "path"]
    assert names == parameters


def test_what_an_operation_says() -> None:
    """Comments, query parameters, bodies, streams and errors."""
    echo = API["paths"]["/v1/echo"]
    assert echo["post"]["summary"] == "Answers with its request."
    assert echo["post"]["description"].endswith("And more.")
    assert API["tags"] == [{"name": "Kitchen", "description": "Cooks."}]
    assert [p for p in echo["post"]["parameters"] if "name" in p] == []
    names = {p["name"]: p["schema"] for p in echo["get"]["parameters"] if "name" in p}
    assert names["int32Field"]["type"] == "integer"
    assert names["strings"] == {"type": "array", "items": {"type": "string"}}
    assert "child.int32Field" in names
    assert not {"struct", "stringMap", "children", "any"} & set(names)
    put = API["paths"]["/v1/files/{name}"]["put"]
    assert put["requestBody"] == {"content": {"*/*": {"schema": {}}}}
    folder = next(p for p in put["parameters"] if p.get("name") == "folder")
    assert folder["description"] == "Where it is."
    watch = API["paths"]["/v1/watch"]["get"]["responses"]["200"]["content"]
    assert watch["application/json"]["schema"]["type"] == "array"
    assert "application/x-ndjson" in watch
    assert API["info"] == {"title": "Kitchen", "version": "1.2.3", "description": "For tests."}


@given(messages(everything_pb2.Everything.DESCRIPTOR, depth=1))
def test_what_is_printed_fits_its_schema(message: Message) -> None:
    """Every message's JSON is what the document says of it."""
    schema = {
        "$ref": "#/components/schemas/gatewaytest.v1.Everything",
        "components": API["components"],
    }
    jsonschema.Draft202012Validator(schema).validate(Encoder(GATEWAY.pool).value(message))


async def test_the_pages() -> None:
    """The document and the page are served where there is a description, and nowhere else."""
    served = await call(GATEWAY, "GET", "/openapi.json")
    assert served.json == API
    page = await call(GATEWAY, "GET", "/docs")
    assert page.header("content-type") == "text/html; charset=utf-8"
    assert "default-src 'self'" in (page.header("content-security-policy") or "")
    for asset in (b"docs/page.js", b"docs/page.css"):
        assert asset in page.body
        assert (await call(GATEWAY, "GET", "/" + asset.decode())).status == 200
    assert (await call(gateway_of(), "GET", "/docs")).status == 404
    assert (await call(GATEWAY, "POST", "/docs")).status == 404
