"""Errors of the HTTP routes, in the shape the gateway gives them (AIP-193)."""

import json

from voice_recordings.errors import Code, VoiceRecordingsError
from voice_recordings.http.asgi import Send, respond

DOMAIN = "voice-recordings"

STATUS = {
    Code.INVALID_ARGUMENT: 400,
    Code.FAILED_PRECONDITION: 400,
    Code.OUT_OF_RANGE: 400,
    Code.UNAUTHENTICATED: 401,
    Code.PERMISSION_DENIED: 403,
    Code.NOT_FOUND: 404,
    Code.ALREADY_EXISTS: 409,
    Code.ABORTED: 409,
    Code.RESOURCE_EXHAUSTED: 429,
    Code.INTERNAL: 500,
    Code.UNIMPLEMENTED: 501,
    Code.UNAVAILABLE: 503,
    Code.DEADLINE_EXCEEDED: 504,
}


async def send_error(
    send: Send,
    error: VoiceRecordingsError,
    *,
    status: int | None = None,
    headers: list[tuple[bytes, bytes]] | None = None,
    with_body: bool = True,
) -> None:
    """Answers with the error; `status` where HTTP has a better one than the code's."""
    number = status or STATUS[error.code]
    body = json.dumps(
        {
            "error": {
                "code": number,
                "message": error.message,
                "status": error.code.value,
                "details": [
                    {
                        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                        "reason": error.reason,
                        "domain": DOMAIN,
                    }
                ],
            }
        },
        separators=(",", ":"),
    ).encode()
    await respond(
        send,
        number,
        [
            (b"content-type", b"application/json; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"cache-control", b"no-store"),
            *(headers or []),
        ],
        body if with_body else b"",
    )
