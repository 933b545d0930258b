"""POST /token: a service account's assertion for an access token (RFC 6749 §4.5, RFC 7523)."""

import json
import logging
from typing import Any
from urllib.parse import parse_qsl

from voice_recordings.access.access_tokens import LIFETIME
from voice_recordings.access.assertions import AssertionRefused
from voice_recordings.access.exchange import ScopeRefused, TokenExchange
from voice_recordings.access.used_assertions import NotRemembered, TooManyAssertions
from voice_recordings.errors import MethodNotAllowed
from voice_recordings.http.asgi import Receive, Scope, Send, header, respond
from voice_recordings.http.errors import send_error

PATH = "/token"

_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_FORM = "application/x-www-form-urlencoded"
_MAX_BODY_BYTES = 16 * 1024
_MAX_PARAMETERS = 16

_log = logging.getLogger(__name__)


class _Refused(Exception):
    """An answer of RFC 6749 §5.2."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status


class TokenDoor:
    """An ASGI application."""

    def __init__(self, exchange: TokenExchange) -> None:
        self._exchange = exchange

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["method"] != "POST":
            allow = [(b"allow", b"POST")]
            with_body = scope["method"] != "HEAD"
            await send_error(
                send, MethodNotAllowed(), status=405, headers=allow, with_body=with_body
            )
            return
        try:
            token = self._answer(_form(scope, await _body(receive)))
        except _Refused as refused:
            # The description is ours alone: nothing that was sent is in it.
            _log.info("refused /token: %s (%s)", refused.error, refused.description)
            await _send(
                send,
                refused.status,
                {"error": refused.error, "error_description": refused.description},
            )
        else:
            expires = int(LIFETIME.total_seconds())
            await _send(
                send,
                200,
                {"access_token": token, "token_type": "Bearer", "expires_in": expires},
            )

    def _answer(self, form: dict[str, str]) -> str:
        if form.get("grant_type") != _GRANT:
            raise _Refused("unsupported_grant_type", f"grant_type must be {_GRANT}")
        if "assertion" not in form:
            raise _Refused("invalid_request", "assertion is missing")
        try:
            return self._exchange.exchange(form["assertion"])
        except ScopeRefused as error:
            raise _Refused("invalid_scope", f"the assertion is refused: {error}") from None
        except TooManyAssertions as error:
            raise _Refused("slow_down", f"{error}", 429) from None
        except NotRemembered as error:
            raise _Refused("temporarily_unavailable", f"{error}", 503) from None
        except AssertionRefused as error:
            raise _Refused("invalid_grant", f"the assertion is refused: {error}") from None


async def _body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise _Refused("invalid_request", "the request broke off")
        body += bytes(message.get("body", b""))
        if len(body) > _MAX_BODY_BYTES:
            raise _Refused("invalid_request", f"more than {_MAX_BODY_BYTES} bytes", 413)
        if not message.get("more_body"):
            return body


def _form(scope: Scope, body: bytes) -> dict[str, str]:
    media_type = (header(scope, b"content-type") or "").partition(";")[0].strip().lower()
    if media_type != _FORM:
        raise _Refused("invalid_request", f"the body must be {_FORM}")
    if scope.get("query_string"):
        raise _Refused("invalid_request", "parameters belong in the body, not in the URL")
    try:
        pairs = parse_qsl(
            body.decode(),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=_MAX_PARAMETERS,
        )
    except ValueError:
        raise _Refused("invalid_request", "the body is not a form") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise _Refused("invalid_request", "a parameter is there twice")
    return form


async def _send(send: Send, status: int, answer: dict[str, Any]) -> None:
    body = json.dumps(answer, separators=(",", ":")).encode()
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"pragma", b"no-cache"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await respond(send, status, headers, body)
