"""Requests as hostile as bytes can be, and what no answer to one may be."""

from typing import Any

from gateway_support.asgi import Response, call

# What an answer may say to a request nobody made in earnest: 499 and 5xx are not among them.
ALLOWED = {200, 400, 404, 405, 413, 414, 415, 431}
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "PURGE", "get", "")
# Where fuzzers begin: paths that lead somewhere.
PATHS = (
    "/v1/echo", "/v1/strings/", "/v1/tail/", "/v1/ints/", "/v1/names/shelves/", "/v1/nested/",
    "/v1/child/", "/v1/body/struct", "/v1/body/any", "/v1/body/value", "/v1/raw", "/v1/files/",
    "/v1/upload/", "/v1/collect", "/v1/take/map", "/v1/look", "/$rpc/gatewaytest.v1.Kitchen/Echo",
    "/openapi.json", "/docs", "/", "",
)  # fmt: skip
HEADERS = (
    b"content-type", b"content-encoding", b"content-length", b"accept", b"accept-encoding",
    b"x-goog-fieldmask", b"x-server-timeout", b"x-request-id", b"authorization",
    b"grpc-metadata-x-bin", b"grpc-metadata-", b"origin", b"x-goog-request-params",
)  # fmt: skip


async def answered(
    gateway: Any,
    method: str,
    target: bytes,
    body: bytes,
    headers: list[tuple[bytes, bytes]],
) -> Response:
    """Sends a request, and checks that the answer is one and no fault of the server's."""
    response = await call(
        gateway, method, target.decode("utf-8", "surrogateescape"), [body[:3], body[3:]], headers
    )
    assert response.status in ALLOWED, (response.status, response.body)
    assert response.complete
    for name, value in response.events[0]["headers"]:
        assert not {0x0A, 0x0D, 0x00} & {*name, *value}
    if response.status != 200 and method != "HEAD" and not target.startswith(b"/$rpc/"):
        content_type = response.header("content-type") or ""
        if "json" in content_type:
            assert response.json["error"]["code"] == response.status
    return response
