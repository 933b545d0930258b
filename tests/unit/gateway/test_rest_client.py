"""google-api-core's REST transcoding as an independent client.

What it makes of a message, by the same annotations, arrives as that message.
"""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from gatewaytest.v1 import everything_pb2
from google.api_core import path_template, rest_helpers
from google.protobuf import json_format
from google.protobuf.message import Message
from hypothesis import given

from gateway_support.asgi import call
from gateway_support.kitchen import gateway_of
from gateway_support.messages import messages, same

Everything = everything_pb2.Everything
GATEWAY = gateway_of()
# The rules the client chooses among, as its generated code has them.
RULES = {
    "everything": [{"method": "post", "uri": "/v1/echo", "body": "*"}],
    "path-and-body": [{"method": "put", "uri": "/v1/put/{string_field=*}", "body": "*"}],
    "name": [
        {"method": "get", "uri": "/v1/names/{string_field=shelves/*/books/*}"},
        {"method": "post", "uri": "/v1/echo", "body": "*"},
    ],
    "child": [{"method": "post", "uri": "/v1/child/{string_field=*}", "body": "child"}],
}


async def sent(rules: list[dict[str, str]], message: Any) -> Message:
    """The message that arrives, by way of the client and back."""
    transcode: Any = path_template.transcode
    flatten: Any = rest_helpers.flatten_query_params
    transcoded = transcode(rules, message)
    body = transcoded.get("body")
    query: Any = transcoded["query_params"]
    if not isinstance(query, dict):
        query = json_format.MessageToDict(query, use_integers_for_enums=True)
    flat = flatten(query, strict=True)
    content = b""
    if body is not None:
        content = json_format.MessageToJson(body, use_integers_for_enums=True).encode()
    response = await call(
        GATEWAY,
        transcoded["method"].upper(),
        f"{transcoded['uri']}?{urlencode([*flat, ('$alt', 'json;enum-encoding=int')])}",
        content,
        [(b"content-type", b"application/json")],
    )
    assert response.status == 200, response.body
    return json_format.ParseDict(json.loads(response.body), Everything())


@given(messages(Everything.DESCRIPTOR, depth=0, leave_out="null"))
async def test_bodies(message: Any) -> None:
    """A message sent as a body."""
    assert same(await sent(RULES["everything"], message), message)


@given(messages(Everything.DESCRIPTOR, depth=0, leave_out="null"))
async def test_path_and_body(message: Any) -> None:
    """A message of which one field is in the path."""
    message.string_field = "a b-ü%2F:c"
    assert same(await sent(RULES["path-and-body"], message), message)


QUERY = {
    "int32_field": 5,
    "uint64_field": 2**64 - 1,
    "bool_field": True,
    "color": 2,
    "renamed_field": "é &=+",
    "strings": ["a", ""],
    "int64s": [1, -1],
    "child": {"int32_field": 1, "child": {"string_field": "deep"}},
    "timestamp": {"seconds": 5},
    "duration": {"seconds": -5},
    "field_mask": {"paths": ["a_b", "c"]},
    "int64_value": {"value": 0},
    "bytes_field": b"\xff\xef",
    "double_field": 1e-7,
    "optional_string": "",
}


@pytest.mark.parametrize("fields", [[name] for name in QUERY] + [list(QUERY)], ids="-".join)
async def test_queries(fields: list[str]) -> None:
    """A message sent as path and query, a field of each kind a query can hold."""
    values: Any = {name: QUERY[name] for name in fields}
    message = Everything(string_field="shelves/s/books/b c", **values)
    assert await sent(RULES["name"], message) == message


async def test_a_message_as_the_body() -> None:
    """The rest is query."""
    message = Everything(string_field="p", int32_field=3, child={"strings": ["x"]})
    assert await sent(RULES["child"], message) == message
