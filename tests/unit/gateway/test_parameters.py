"""System parameters, the `$rpc` door, compression and cross-origin calls."""

import gzip
from typing import Any

import pytest
from gatewaytest.v1 import everything_pb2, kitchen_pb2
from google.rpc import status_pb2

from gateway_support.asgi import Header, call
from gateway_support.kitchen import gateway_of
from voice_recordings.gateway import Cors

Everything = everything_pb2.Everything
GATEWAY = gateway_of()
BASE = "/v1/echo?int32Field=1&color=RED&children"
BINARY = [(b"content-type", b"application/x-protobuf")]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("alt=json", b'{"int32Field":1,"color":"RED"}', id="alt"),
        pytest.param("$alt=json", b'{"int32Field":1,"color":"RED"}', id="dollar"),
        pytest.param(
            "%24alt=json%3Benum-encoding%3Dint",
            b'{"int32Field":1,"color":1}',
            id="enums-as-numbers",
        ),
        pytest.param(
            "prettyPrint=true", b'{\n  "int32Field": 1,\n  "color": "RED"\n}', id="pretty"
        ),
        pytest.param("$prettyPrint=0", b'{"int32Field":1,"color":"RED"}', id="not-pretty"),
        pytest.param("fields=color", b'{"color":"RED"}', id="fields"),
        pytest.param(
            "key=k&access_token=t&$unique=1&$userProject=p&$apiVersion=v&$.xgafv=2",
            b'{"int32Field":1,"color":"RED"}',
            id="without-effect",
        ),
    ],
)
async def test_answers(query: str, expected: bytes) -> None:
    """They say how to answer, and never reach the message."""
    response = await call(GATEWAY, "GET", f"/v1/echo?int32Field=1&color=RED&{query}")
    assert (response.status, response.body) == (200, expected)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        pytest.param("alt=xml", "alt", id="unknown-alt"),
        pytest.param("alt=media", "alt", id="media-of-a-message"),
        pytest.param("alt=json&$alt=json", "$alt", id="twice"),
        pytest.param("prettyPrint=yes", "prettyPrint", id="pretty-what"),
        pytest.param("callback=f", "callback", id="jsonp"),
        pytest.param("fields=nope", "fields", id="unknown-field"),
        pytest.param("fields=a(", "fields", id="malformed-fields"),
        pytest.param("unique=1", "unique", id="dollar-only"),
        pytest.param("$nope=1", "$nope", id="no-such-parameter"),
        pytest.param("$.xgafv=3", "$.xgafv", id="unknown-error-format"),
    ],
)
async def test_refused(query: str, field: str) -> None:
    """What is not understood is 400."""
    response = await call(GATEWAY, "GET", "/v1/echo?" + query)
    assert response.status == 400
    assert list(response.violations) == [field]


async def test_with_a_body_of_everything() -> None:
    """They are the only query such a method takes."""
    response = await call(
        GATEWAY, "POST", "/v1/echo?$alt=json;enum-encoding=int", b'{"color":"RED"}'
    )
    assert response.json == {"color": 1}


async def test_defaults() -> None:
    """`$outputDefaults` prints fields without presence."""
    response = await call(GATEWAY, "GET", "/v1/look?$outputDefaults=true")
    assert response.json["hasDeadline"] is False
    assert response.json["binary"] == {}
    assert list(response.json) == ["metadata", "peer", "hasDeadline", "secondsRemaining", "binary"]
    plain = await call(GATEWAY, "GET", "/v1/echo?$outputDefaults=1")
    assert plain.json["int64Field"] == "0"
    assert "optionalInt32" not in plain.json
    assert "child" not in plain.json


async def test_proto() -> None:
    """Binary, errors as well; with `fields` too."""
    response = await call(GATEWAY, "GET", "/v1/echo?int32Field=1&stringField=s&alt=proto")
    assert response.header("content-type") == "application/x-protobuf"
    assert Everything.FromString(response.body) == Everything(int32_field=1, string_field="s")
    masked = await call(
        GATEWAY, "GET", "/v1/echo?int32Field=1&stringField=s&alt=proto&fields=stringField"
    )
    assert Everything.FromString(masked.body) == Everything(string_field="s")
    failed = await call(GATEWAY, "GET", "/v1/fail?code=5&message=m&alt=proto")
    assert failed.status == 404
    assert status_pb2.Status.FromString(failed.body) == status_pb2.Status(code=5, message="m")
    stream = await call(GATEWAY, "GET", "/v1/watch?count=1&alt=proto")
    assert stream.status == 400


async def test_masks_of_streams_and_response_bodies() -> None:
    """Each element is masked; a `response_body` is where the mask begins."""
    stream = await call(GATEWAY, "GET", "/v1/watch?count=2&fields=stringField")
    assert stream.json == [{}, {}]
    target = "/v1/take/child?child.int32Field=1&child.stringField=s&fields=stringField"
    assert (await call(GATEWAY, "GET", target)).json == {"stringField": "s"}


async def test_the_mask_header() -> None:
    """`X-Goog-FieldMask` is another way to say it."""
    headers = [(b"X-Goog-FieldMask", b"color")]
    response = await call(GATEWAY, "GET", BASE.partition("&children")[0], headers=headers)
    assert response.json == {"color": "RED"}


async def test_the_binary_door() -> None:
    """A message in, a message out, for methods with an annotation or without."""
    raw = Everything(int32_field=7).SerializeToString()
    for name in ("Echo", "Private"):
        response = await call(GATEWAY, "POST", f"/$rpc/gatewaytest.v1.Kitchen/{name}", raw, BINARY)
        assert (response.status, response.body) == (200, raw)
        assert response.header("content-type") == "application/x-protobuf"


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "http_status", "code"),
    [
        pytest.param(
            "POST", "gatewaytest.v1.Kitchen/Nope", b"", BINARY, 404, 5, id="unknown-method"
        ),
        pytest.param("GET", "gatewaytest.v1.Kitchen/Echo", b"", BINARY, 405, 12, id="get"),
        pytest.param("POST", "gatewaytest.v1.Kitchen/Watch", b"", BINARY, 501, 12, id="stream"),
        pytest.param(
            "POST", "gatewaytest.v1.Kitchen/Echo", b"\xff", BINARY, 400, 3, id="malformed"
        ),
        pytest.param(
            "POST",
            "gatewaytest.v1.Kitchen/Echo",
            b"{}",
            [(b"content-type", b"application/json")],
            415,
            3,
            id="json",
        ),
        pytest.param(
            "POST",
            "gatewaytest.v1.Kitchen/Fail",
            kitchen_pb2.FailRequest(code=14, message="m").SerializeToString(),
            BINARY,
            503,
            14,
            id="status",
        ),
    ],
)
async def test_errors_of_the_binary_door(
    method: str, path: str, body: bytes, headers: list[Header], http_status: int, code: int
) -> None:
    """They are a binary google.rpc.Status."""
    response = await call(GATEWAY, method, "/$rpc/" + path, body, headers)
    assert response.status == http_status
    assert status_pb2.Status.FromString(response.body).code == code


@pytest.mark.parametrize(
    ("target", "compressed"),
    [
        pytest.param("/v1/echo?stringField=" + "a" * 3000, True, id="large"),
        pytest.param("/v1/echo?stringField=a", False, id="small"),
        pytest.param("/v1/watch?count=3", True, id="stream"),
        pytest.param("/v1/download?count=3&contentType=audio/mpeg", False, id="media"),
    ],
)
async def test_compression(target: str, compressed: bool) -> None:  # noqa: FBT001 - a table's column
    """Clients that accept gzip get it where it helps, the others never."""
    plain = await call(GATEWAY, "GET", target)
    assert plain.header("content-encoding") is None
    response = await call(GATEWAY, "GET", target, headers=[(b"accept-encoding", b"br, gzip")])
    assert (response.header("content-encoding") == "gzip") == compressed
    body = gzip.decompress(response.body) if compressed else response.body
    assert body == plain.body
    if compressed:
        assert response.header("vary") == "accept-encoding"


@pytest.mark.parametrize(
    ("accepts", "compressed"),
    [
        pytest.param(b"gzip", True, id="alone"),
        pytest.param(b"br;q=1.0, gzip;q=0.8, *;q=0.1", True, id="with-a-weight"),
        pytest.param(b"deflate,GZIP", True, id="in-capitals"),
        pytest.param(b"gzip;q=0", False, id="refused"),
        pytest.param(b"gzip; q=0.0, br", False, id="refused-at-length"),
        pytest.param(b"xgzip", False, id="another-name"),
        pytest.param(b"identity", False, id="none"),
    ],
)
async def test_who_accepts_gzip(accepts: bytes, compressed: bool) -> None:  # noqa: FBT001 - a table's column
    """What `Accept-Encoding` says, weights and all."""
    target = "/v1/echo?stringField=" + "a" * 3000
    response = await call(GATEWAY, "GET", target, headers=[(b"accept-encoding", accepts)])
    assert (response.header("content-encoding") == "gzip") == compressed


def origin(name: bytes = b"https://app.example", *more: Header) -> list[Header]:
    """Headers of a browser's request from a page."""
    return [(b"origin", name), *more]


async def test_cors_is_off_by_default() -> None:
    """No header, and OPTIONS is a method like others."""
    response = await call(GATEWAY, "GET", "/v1/nothing", headers=origin())
    assert response.header("access-control-allow-origin") is None


async def test_cors() -> None:
    """Allowed pages may call and read; errors too are shown to them."""
    gateway = gateway_of(cors=Cors(["https://app.example"]))
    asks = ((b"access-control-request-method", b"POST"), (b"access-control-request-headers", b"x"))
    preflight = await call(
        gateway, "OPTIONS", "/v1/echo", headers=origin(b"https://app.example", *asks)
    )
    assert preflight.status == 204
    assert preflight.header("access-control-allow-methods") == "DELETE, GET, HEAD, POST"
    assert preflight.header("access-control-allow-headers") == "x"
    for target in ("/v1/nothing", "/v1/nope"):
        response = await call(gateway, "GET", target, headers=origin())
        assert response.header("access-control-allow-origin") == "https://app.example"
        assert response.header("vary") == "origin"
    other = await call(gateway, "GET", "/v1/nothing", headers=origin(b"https://evil.example"))
    assert other.header("access-control-allow-origin") is None
    refused = await call(
        gateway, "OPTIONS", "/v1/echo", headers=origin(b"https://evil.example", *asks)
    )
    assert refused.status == 403
    anyone = gateway_of(cors=Cors(["*"]))
    response = await call(anyone, "GET", "/v1/nothing", headers=origin(b"null"))
    assert response.header("access-control-allow-origin") == "*"


async def test_method_override() -> None:
    """POST stands for another method where that is switched on."""
    headers = [(b"x-http-method-override", b"GET")]
    for on, body in ((True, b'{"int32Field":1}'), (False, None)):
        gateway = gateway_of(method_override=on)
        response: Any = await call(gateway, "POST", "/v1/echo?int32Field=1", headers=headers)
        assert (response.body == body) == on
        assert (response.status == 400) != on
