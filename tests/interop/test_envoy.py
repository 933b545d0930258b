"""Envoy's transcoder beside the gateway: one server, two doors, the same answers.

Where they differ on purpose the row says why.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
import requests
from gatewaytest.v1 import kitchen_pb2_grpc
from google.api import annotations_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import Default

from gateway_support.asgi import call
from gateway_support.kitchen import SyncKitchen, gateway_of
from gateway_support.servers import envoy, wait_for
from support.ports import free_port
from voice_recordings.gateway.envoy import configuration, descriptor_set

pytestmark = pytest.mark.check
SERVICE = "gatewaytest.v1.Kitchen"


class Echoing(SyncKitchen):
    """Every method that gives its request back."""

    TakeStrings = Nothing = SyncKitchen.Echo


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Envoy in front of a gRPC server; gives its URL."""
    folder = tmp_path_factory.mktemp("envoy")
    server = grpc.server(ThreadPoolExecutor(4))
    kitchen_pb2_grpc.add_KitchenServicer_to_server(Echoing(), server)
    target = server.add_insecure_port("127.0.0.1:0")
    server.start()
    port = free_port()
    descriptors, config = folder / "api.binpb", folder / "envoy.json"
    descriptors.write_bytes(loadable(descriptor_set(Default(), [SERVICE])))
    config.write_bytes(
        configuration([SERVICE], str(descriptors), ("127.0.0.1", target), ("127.0.0.1", port))
    )
    with envoy(Path(config)):
        wait_for(port)
        yield f"http://127.0.0.1:{port}"
    server.stop(None).wait()


def loadable(descriptors: bytes) -> bytes:
    """The descriptors less what Envoy cannot load: `response_body` of anything but HttpBody."""
    files = FileDescriptorSet.FromString(descriptors)
    for file in files.file:
        for service in file.service:
            for method in service.method:
                rule = method.options.Extensions[annotations_pb2.http]
                if rule.response_body and service.name == "Kitchen":
                    method.options.ClearExtension(annotations_pb2.http)
    return files.SerializeToString()


@dataclass(frozen=True)
class Ask:
    """A request."""

    method: str
    target: str
    body: str = ""


async def ours(ask: Ask) -> tuple[int, Any]:
    """The gateway's status and JSON."""
    headers = [(b"content-type", b"application/json")] if ask.body else []
    response = await call(gateway_of(Echoing()), ask.method, ask.target, ask.body.encode(), headers)
    return response.status, response.json if response.body else None


def theirs(url: str, ask: Ask) -> tuple[int, Any]:
    """Envoy's status and JSON."""
    headers = {"content-type": "application/json"} if ask.body else {}
    request = requests.Request(ask.method, url, headers, data=ask.body.encode() or None)
    prepared = request.prepare()
    prepared.url = url + ask.target  # as it is: requests would tidy it
    with requests.Session() as session:
        response = session.send(prepared, timeout=60)
    try:
        return response.status_code, response.json()
    except ValueError:
        return response.status_code, None


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(Ask("GET", "/v1/ints/-5"), id="integer"),
        pytest.param(Ask("GET", "/v1/strings/a%20b"), id="escape"),
        pytest.param(Ask("GET", "/v1/strings/a:b"), id="colon-without-a-verb"),
        pytest.param(Ask("GET", "/v1/names/shelves/s/books/b"), id="name"),
        pytest.param(Ask("GET", "/v1/names/shelves/s%2Ft/books/b"), id="escaped-slash-in-a-name"),
        pytest.param(Ask("GET", "/v1/tail/a/b"), id="everything-behind"),
        pytest.param(Ask("GET", "/v1/nested/x/4"), id="nested"),
        pytest.param(Ask("GET", "/v1/colors/RED"), id="enum"),
        pytest.param(Ask("GET", "/v1/echo?int32Field=1&boolField=true&color=GREEN"), id="query"),
        pytest.param(
            Ask("GET", "/v1/echo?int32_field=1&strings=a&strings=b"),
            id="proto-names-and-repetition",
        ),
        pytest.param(Ask("GET", "/v1/echo?child.child.int32Field=3"), id="nested-query"),
        pytest.param(Ask("GET", "/v1/echo?stringField=a+b%2Bc"), id="plus"),
        pytest.param(
            Ask("GET", "/v1/echo?timestamp=1970-01-01T00:00:01Z&duration=1.5s"), id="well-known"
        ),
        pytest.param(Ask("GET", "/v1/echo?int64Value=5&boolValue=false"), id="wrappers"),
        pytest.param(
            Ask("POST", "/v1/echo", '{"int64Field":"5","colors":["RED",2],"doubleField":"NaN"}'),
            id="body",
        ),
        pytest.param(
            Ask(
                "POST",
                "/v1/echo",
                '{"struct":{"a":[1,null,{"b":"c"}]},"any":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1s"}}',
            ),
            id="struct-and-any",
        ),
        pytest.param(Ask("POST", "/v1/child/p", '{"int32Field":1}'), id="body-of-a-field"),
        pytest.param(Ask("POST", "/v1/child/p?int32Field=2", "{}"), id="body-and-query"),
        pytest.param(Ask("DELETE", "/v1/echo?int32Field=1"), id="delete"),
        pytest.param(Ask("GET", "/v1/nothing"), id="empty"),
        pytest.param(Ask("GET", "/v1/watch?count=2"), id="stream"),
    ],
)
async def test_the_same_answer(ask: Ask, beside: str) -> None:
    """Status and JSON are equal."""
    assert await ours(ask) == theirs(beside, ask)


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(Ask("GET", "/v1/echo?nope=1"), id="unknown-parameter"),
        pytest.param(Ask("GET", "/v1/echo?int32Field=x"), id="not-an-integer"),
        pytest.param(Ask("GET", "/v1/echo?color=red"), id="unknown-enum"),
        pytest.param(Ask("GET", "/v1/nope"), id="unknown-path"),
        pytest.param(Ask("POST", "/v1/echo", "{"), id="not-json"),
        pytest.param(Ask("GET", "/v1/echo?chosenInt32=1&chosenString=a"), id="two-of-a-oneof"),
        pytest.param(Ask("GET", "/v1/fail?code=5&message=m"), id="not-found"),
        pytest.param(Ask("GET", "/v1/fail?code=14&message=m"), id="unavailable"),
        pytest.param(Ask("GET", "/v1/fail?code=7&message=m"), id="permission-denied"),
    ],
)
async def test_the_same_refusal(ask: Ask, beside: str) -> None:
    """The status is the same; Envoy's body is its own or a bare google.rpc.Status."""
    assert (await ours(ask))[0] == theirs(beside, ask)[0]


@pytest.mark.parametrize(
    ("ask", "our_status", "their_status"),
    [
        pytest.param(
            Ask("GET", "/v1/echo?int32Field=1&int32Field=2"),
            400,
            200,
            id="singular-twice: which one was meant?",
        ),
        pytest.param(
            Ask("POST", "/v1/echo", '{"nope":1}'),
            400,
            200,
            id="unknown-field: a typing error should not go unseen",
        ),
        pytest.param(
            Ask("GET", "/v1/strings/..%2F.."),
            400,
            200,
            id="dot-segments: another hop may resolve them",
        ),
        pytest.param(Ask("PUT", "/v1/echo", "{}"), 405, 404, id="wrong-method: the path is known"),
        pytest.param(
            Ask("GET", "/v1/take/strings?strings=a"),
            200,
            404,
            id="response-body: Envoy does not load such a rule",
        ),
    ],
)
async def test_differences(ask: Ask, our_status: int, their_status: int, beside: str) -> None:
    """Where the gateway is stricter, or tells more."""
    assert (await ours(ask))[0] == our_status
    assert theirs(beside, ask)[0] == their_status


def test_details_survive_at_both(beside: str) -> None:
    """Envoy answers with a bare Status, the gateway in AIP-193's shape; the details agree."""
    status, body = theirs(beside, Ask("GET", "/v1/fail?code=8&message=m&details=error_info"))
    assert status == 429
    assert json.dumps(body).count("ErrorInfo") == 1
