"""Answers: shapes, errors, metadata and limits."""

import base64
import re
from typing import Any

import pytest

from gateway_support.asgi import Header, call
from gateway_support.kitchen import Kitchen, SyncKitchen, gateway_of
from voice_recordings.gateway import Limits

GATEWAY = gateway_of(error_domain="tests")
BOTH = pytest.mark.parametrize(
    "servicer", [pytest.param(Kitchen, id="async"), pytest.param(SyncKitchen, id="sync")]
)


async def test_a_success() -> None:
    """Compact JSON, its type, and no sniffing."""
    response = await call(GATEWAY, "GET", "/v1/echo?int32Field=1")
    assert response.status == 200
    assert response.body == b'{"int32Field":1}'
    assert response.header("content-type") == "application/json; charset=utf-8"
    assert response.header("x-content-type-options") == "nosniff"
    assert response.header("content-length") == "16"


async def test_nothing() -> None:
    """Empty is an empty object."""
    response = await call(GATEWAY, "GET", "/v1/nothing")
    assert (response.status, response.body) == (200, b"{}")


async def test_head() -> None:
    """HEAD is GET with the headers alone."""
    response = await call(GATEWAY, "HEAD", "/v1/echo?int32Field=1")
    assert (response.status, response.body) == (200, b"")
    assert response.header("content-length") == "16"
    refused = await call(GATEWAY, "HEAD", "/v1/nope")
    assert (refused.status, refused.body) == (404, b"")


@pytest.mark.parametrize(
    ("code", "http_status"),
    [
        pytest.param(1, 499, id="CANCELLED"),
        pytest.param(2, 500, id="UNKNOWN"),
        pytest.param(3, 400, id="INVALID_ARGUMENT"),
        pytest.param(4, 504, id="DEADLINE_EXCEEDED"),
        pytest.param(5, 404, id="NOT_FOUND"),
        pytest.param(6, 409, id="ALREADY_EXISTS"),
        pytest.param(7, 403, id="PERMISSION_DENIED"),
        pytest.param(8, 429, id="RESOURCE_EXHAUSTED"),
        pytest.param(9, 400, id="FAILED_PRECONDITION"),
        pytest.param(10, 409, id="ABORTED"),
        pytest.param(11, 400, id="OUT_OF_RANGE"),
        pytest.param(12, 501, id="UNIMPLEMENTED"),
        pytest.param(13, 500, id="INTERNAL"),
        pytest.param(14, 503, id="UNAVAILABLE"),
        pytest.param(15, 500, id="DATA_LOSS"),
        pytest.param(16, 401, id="UNAUTHENTICATED"),
    ],
)
@BOTH
async def test_statuses(
    servicer: Any, code: int, http_status: int, request: pytest.FixtureRequest
) -> None:
    """Each code has its HTTP status, and its name in the answer."""
    gateway = gateway_of(servicer())
    response = await call(gateway, "GET", f"/v1/fail?code={code}&message=why")
    name = request.node.callspec.id.rpartition("-")[2]
    assert response.status == http_status
    assert response.json == {"error": {"code": http_status, "message": "why", "status": name}}
    assert (response.header("www-authenticate") is not None) == (http_status == 401)


@BOTH
async def test_details(servicer: Any) -> None:
    """Details come along, one of an unknown type too; RetryInfo is also Retry-After."""
    target = "/v1/fail?code=8&message=m&details=error_info&details=other&details=retry"
    response = await call(gateway_of(servicer()), "GET", target)
    assert response.status == 429
    assert response.header("retry-after") == "3"
    prefix = "type.googleapis.com/google.rpc."
    assert response.json["error"]["details"] == [
        {"@type": prefix + "ErrorInfo", "reason": "R", "domain": "d", "metadata": {"k": "v"}},
        {"@type": "type.example/none.Such", "value": "AQ=="},
        {"@type": prefix + "RetryInfo", "retryDelay": "2.000000001s"},
    ]


@pytest.mark.parametrize(
    ("how", "http_status", "message"),
    [
        pytest.param("set_code", 404, "why", id="set-code"),
        pytest.param("swallow", 404, "why", id="a-swallowed-abort-still-counts"),
        pytest.param(
            "raise", 500, "Unexpected <class 'ZeroDivisionError'>: why", id="as-grpcio-tells-it"
        ),
    ],
)
async def test_other_ways_to_fail(how: str, http_status: int, message: str) -> None:
    """What grpcio's server makes of a servicer's failure, the gateway makes too."""
    response = await call(GATEWAY, "GET", f"/v1/fail?code=5&message=why&how={how}")
    assert response.status == http_status
    assert response.json["error"]["message"] == message


async def test_an_answer_that_json_cannot_hold() -> None:
    """It is INTERNAL, and says why."""
    target = "/v1/echo"
    body = b'{"value":1}'
    assert (await call(GATEWAY, "POST", target, body)).status == 200

    class Broken(Kitchen):
        async def Echo(self, request: Any, context: Any) -> Any:
            request.value.number_value = float("inf")
            return request

    response = await call(gateway_of(Broken()), "POST", target, body)
    assert response.status == 500
    assert response.json["error"]["status"] == "INTERNAL"


async def test_an_answer_of_another_type() -> None:
    """It is INTERNAL, in grpcio's words."""

    class Broken(Kitchen):
        async def Echo(self, request: Any, context: Any) -> Any:
            return None

    response = await call(gateway_of(Broken()), "GET", "/v1/echo")
    assert response.json["error"]["message"] == "Failed to serialize response!"
    assert response.status == 500


@pytest.mark.parametrize(
    ("method", "target", "headers", "http_status", "reason"),
    [
        pytest.param("GET", "/v1/nope", [], 404, "NO_SUCH_PATH", id="unknown-path"),
        pytest.param("GET", "/", [], 404, "NO_SUCH_PATH", id="root"),
        pytest.param("GET", "/v1/strings/", [], 404, "NO_SUCH_PATH", id="empty-variable"),
        pytest.param("GET", "/v1/ints/1/", [], 404, "NO_SUCH_PATH", id="trailing-slash"),
        pytest.param("GET", "/v1//echo", [], 404, "NO_SUCH_PATH", id="doubled-slash"),
        pytest.param("GET", "/v1/../v1/echo", [], 404, "NO_SUCH_PATH", id="dots-are-not-resolved"),
        pytest.param("PUT", "/v1/echo", [], 405, "METHOD_NOT_ALLOWED", id="wrong-method"),
        pytest.param("OPTIONS", "/v1/echo", [], 405, "METHOD_NOT_ALLOWED", id="options"),
        pytest.param("GET", "/v1/strings/%", [], 400, "BAD_PATH", id="cut-escape"),
        pytest.param("GET", "/v1/strings/%ff", [], 400, "BAD_PATH", id="not-utf-8"),
        pytest.param("GET", "/v1/strings/" + "a" * 20000, [], 414, "URI_TOO_LONG", id="long-path"),
        pytest.param("GET", "/v1/echo?a=" + "a" * 20000, [], 414, "URI_TOO_LONG", id="long-query"),
        pytest.param("GET", "/v1/echo", [(b"x", b"y")] * 101, 431, "HEADERS_TOO_LARGE", id="many-headers"),
        pytest.param("GET", "/v1/echo", [(b"x", b"y" * 70000)], 431, "HEADERS_TOO_LARGE", id="large-header"),
        pytest.param("GET", "/v1/echo", [(b"grpc-timeout", b"1")], 400, "BAD_TIMEOUT", id="timeout-without-unit"),
        pytest.param("GET", "/v1/echo", [(b"grpc-timeout", b"123456789S")], 400, "BAD_TIMEOUT", id="nine-digits"),
        pytest.param("GET", "/v1/echo", [(b"grpc-timeout", b"-1S")], 400, "BAD_TIMEOUT", id="negative-timeout"),
        pytest.param("GET", "/v1/echo", [(b"x-server-timeout", b"soon")], 400, "BAD_TIMEOUT", id="server-timeout"),
        pytest.param("GET", "/v1/echo", [(b"grpc-metadata-a-bin", b"*")], 400, "BAD_HEADER", id="bin-not-base64"),
        pytest.param("GET", "/v1/echo", [(b"authorization", b"a\x01")], 400, "BAD_HEADER", id="control-character"),
    ],
)  # fmt: skip
async def test_the_gateways_own_refusals(
    method: str, target: str, headers: list[Header], http_status: int, reason: str
) -> None:
    """They have the shape of every error, and an ErrorInfo."""
    response = await call(GATEWAY, method, target, headers=headers)
    assert response.status == http_status
    assert response.header("content-type") == "application/json; charset=utf-8"
    error = response.json["error"]
    assert error["code"] == http_status
    assert error["message"]
    assert {"reason": reason, "domain": "tests"}.items() <= error["details"][0].items()
    names = {400: "INVALID_ARGUMENT", 404: "NOT_FOUND", 405: "UNIMPLEMENTED"}
    assert error["status"] == names.get(http_status, "INVALID_ARGUMENT")


async def test_allow() -> None:
    """405 says what the path knows."""
    response = await call(GATEWAY, "PUT", "/v1/echo")
    assert response.header("allow") == "DELETE, GET, HEAD, POST"
    custom = await call(GATEWAY, "PURGE", "/v1/purge")
    assert custom.status == 200


async def test_the_limits_can_be_set() -> None:
    """Each bound is the configuration's."""
    gateway = gateway_of(limits=Limits(uri_bytes=19, header_fields=1, header_bytes=20))
    assert (await call(gateway, "GET", "/v1/echo?color=RED")).status == 200
    assert (await call(gateway, "GET", "/v1/echo?color=GREEN")).status == 414
    assert (await call(gateway, "GET", "/v1/echo", headers=[(b"a", b"b" * 19)])).status == 200
    assert (await call(gateway, "GET", "/v1/echo", headers=[(b"a", b"b" * 20)])).status == 431
    assert (await call(gateway, "GET", "/v1/echo", headers=[(b"a", b"b")] * 2)).status == 431


@pytest.mark.parametrize(
    ("header", "value", "key", "seen"),
    [
        pytest.param(b"Authorization", b"Bearer x", "authorization", "Bearer x", id="authorization"),
        pytest.param(b"x-goog-request-params", b"name=a", "x-goog-request-params", "name=a", id="x-goog"),
        pytest.param(b"traceparent", b"00-a", "traceparent", "00-a", id="traceparent"),
        pytest.param(b"user-agent", b"curl", "user-agent", "curl", id="user-agent"),
        pytest.param(b"accept-language", b"nl", "accept-language", "nl", id="accept-language"),
        pytest.param(b"Grpc-Metadata-Colour", b"red", "colour", "red", id="prefixed"),
        pytest.param(b"x-request-id", b"abc", "x-request-id", "abc", id="request-id"),
    ],
)  # fmt: skip
@BOTH
async def test_metadata_in(servicer: Any, header: bytes, value: bytes, key: str, seen: str) -> None:
    """What a servicer is shown of a request's headers."""
    response = await call(gateway_of(servicer()), "GET", "/v1/look", headers=[(header, value)])
    assert response.json["metadata"][key] == seen
    assert response.json["peer"] == "ipv4:127.0.0.1:50000"


@pytest.mark.parametrize(
    "header",
    [
        b"grpc-metadata-grpc-status",
        b"grpc-status",
        b"grpc-metadata-connection",
        b"connection",
        b"cookie",
        b"x-custom",
        b"x-goog-authenticated-user-email",
        b"grpc-metadata-x-goog-authenticated-user-id",
        b"x-goog-iap-jwt-assertion",
        b"x-forwarded-user",
        b"x-forwarded-for",
        b"grpc-metadata-x-forwarded-for",
        b"x-remote-user",
        b"grpc-metadata-x-remote-user",
        b"forwarded",
    ],
)
async def test_metadata_kept_out(header: bytes) -> None:
    """What a client may not tell a servicer, or has no business to."""
    response = await call(GATEWAY, "GET", "/v1/look", headers=[(header, b"root")])
    assert set(response.json["metadata"]) == {"x-request-id"}


@pytest.mark.parametrize(
    ("networks", "believed"),
    [
        pytest.param(["127.0.0.0/8"], True, id="trusted"),
        pytest.param(["10.0.0.0/8"], False, id="another-network"),
    ],
)
async def test_proxies(networks: list[str], believed: bool) -> None:  # noqa: FBT001 - a table's column
    """x-forwarded-* is believed from configured proxies; identities never are."""
    gateway = gateway_of(trusted_proxies=networks)
    headers = [(b"x-forwarded-for", b"1.2.3.4"), (b"x-forwarded-user", b"root")]
    response = await call(gateway, "GET", "/v1/look", headers=headers)
    assert ("x-forwarded-for" in response.json["metadata"]) == believed
    assert "x-forwarded-user" not in response.json["metadata"]


async def test_binary_metadata() -> None:
    """`-bin` is base64 on HTTP, padded or not, and bytes on gRPC."""
    for text in (b"/+8=", b"/+8"):
        headers = [(b"grpc-metadata-blob-bin", text)]
        response = await call(GATEWAY, "GET", "/v1/look", headers=headers)
        assert base64.b64decode(response.json["binary"]["blob-bin"]) == b"\xff\xef"


@BOTH
async def test_metadata_out(servicer: Any) -> None:
    """Both kinds become headers, less what is gRPC's or would break HTTP."""
    target = (
        "/v1/look?initial=a%3D1&trailing=b-bin%3Dx&trailing=grpc-c%3D1&trailing=d%3Dx%0D%0Ae:1"
        "&trailing=content-length%3D9&trailing=transfer-encoding%3Dx&trailing=f%20g%3D1"
    )
    response = await call(gateway_of(servicer()), "GET", target)
    assert response.status == 200
    assert response.header("a") == "1"
    assert response.header("b-bin") == "eA=="
    names = [name for name, _ in response.events[0]["headers"]]
    assert names.count(b"content-length") == 1
    assert not {b"grpc-c", b"d", b"e", b"transfer-encoding", b"f g"} & set(names)


async def test_request_ids() -> None:
    """One is echoed if it is sane, and made if it is not there or not sane."""
    gateway = gateway_of(new_request_id=lambda: "made")
    for sent, expected in (
        (b"abc-1", "abc-1"),
        (b"", "made"),
        (b"a b", "made"),
        (b"x" * 200, "made"),
    ):
        headers = [(b"x-request-id", sent)] if sent else []
        for target in ("/v1/look", "/v1/nope"):
            response = await call(gateway, "GET", target, headers=headers)
            assert response.header("x-request-id") == expected


async def test_made_request_ids_are_all_different() -> None:
    """Of one gateway and of several, which may be in several processes."""
    gateways = [gateway_of(), gateway_of()]
    ids = [
        (await call(gateway, "GET", "/v1/look")).header("x-request-id") for gateway in gateways * 3
    ]
    assert len(set(ids)) == 6
    assert all(re.fullmatch("[0-9a-f]{32}", made or "") for made in ids)


@pytest.mark.parametrize(
    ("headers", "most_seconds"),
    [
        pytest.param([(b"grpc-timeout", b"500S")], 500, id="grpc-timeout"),
        pytest.param([(b"grpc-timeout", b"50000m")], 50, id="milliseconds"),
        pytest.param([(b"x-server-timeout", b"250.5")], 250.5, id="server-timeout"),
        pytest.param(
            [(b"grpc-timeout", b"500S"), (b"x-server-timeout", b"300")], 300, id="the-smaller"
        ),
        pytest.param([(b"grpc-timeout", b"99999999H")], 600, id="capped"),
    ],
)
@BOTH
async def test_deadlines_are_shown(
    servicer: Any, headers: list[Header], most_seconds: float
) -> None:
    """The servicer sees the time that is left."""
    gateway = gateway_of(servicer(), limits=Limits(longest_timeout_seconds=600))
    response = await call(gateway, "GET", "/v1/look", headers=headers)
    # So much of it a busy machine may take, and is not taken for another's.
    assert most_seconds * 0.8 < response.json["secondsRemaining"] <= most_seconds


async def test_no_deadline() -> None:
    """Without a header there is none, unless a default is configured."""
    assert "hasDeadline" not in (await call(GATEWAY, "GET", "/v1/look")).json
    gateway = gateway_of(limits=Limits(default_timeout_seconds=5))
    assert (await call(gateway, "GET", "/v1/look")).json["hasDeadline"]


@BOTH
async def test_a_deadline_that_passes(servicer: Any) -> None:
    """504, and the servicer is told."""
    kitchen = servicer()
    response = await call(
        gateway_of(kitchen), "GET", "/v1/wait", headers=[(b"grpc-timeout", b"10m")]
    )
    assert response.status == 504
    assert response.json["error"]["status"] == "DEADLINE_EXCEEDED"
    if isinstance(kitchen, Kitchen):
        assert kitchen.cancelled.is_set()


async def test_a_servicer_that_does_not_heed_its_deadline() -> None:
    """The client is answered all the same, and once."""
    kitchen = Kitchen()
    kitchen.heeds_cancellation = False
    response = await call(
        gateway_of(kitchen), "GET", "/v1/wait", headers=[(b"grpc-timeout", b"10m")]
    )
    assert response.status == 504
    assert len(response.events) == 2
