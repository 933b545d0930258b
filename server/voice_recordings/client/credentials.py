"""Credentials: a service account's key file, exchanged for tokens; or a token as it is."""

import json
import threading
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import Message
from pathlib import Path
from typing import IO, Protocol

from voice_recordings.client.errors import ServiceError
from voice_recordings.client.tls import Tls, is_loopback
from voice_recordings.clock import SystemClock

_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_SCOPE = "https://api.enfonica.com/auth/voice"
_ASSERTION_LIFE = timedelta(minutes=10)
# A token is renewed while it is still good, so that no call meets its end.
_RENEW_BEFORE = timedelta(minutes=5)
_TIMEOUT_SECONDS = 30.0
_MAX_ANSWER_BYTES = 64 * 1024
_KEY_FIELDS = ("private_key", "private_key_id", "client_email", "token_uri")


class Credentials(Protocol):
    """What a call is proved with."""

    def token(self) -> str:
        """A bearer token that is good now; raises `ServiceError`."""
        ...

    def refused(self, token: str) -> bool:
        """Is told that the service does not take a token; whether another may be had."""
        ...


class StaticToken:
    """A bearer token that was handed out as such."""

    def __init__(self, token: str) -> None:
        self._token = token

    def token(self) -> str:
        """The token."""
        return self._token

    def refused(self, token: str) -> bool:
        """There is no other."""
        del token
        return False


class ServiceAccountKey:
    """A service account's key: fetches tokens with it and renews them in time.

    May be shared by threads; one of them fetches, the others wait for it.
    """

    def __init__(
        self,
        key: dict[str, str],
        *,
        tls: Tls | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        """`key` is a key file's content; raises `ServiceError` for one that is none."""
        missing = [name for name in _KEY_FIELDS if not isinstance(key.get(name), str)]
        if missing:
            raise ServiceError("INVALID_ARGUMENT", f"the key file has no {', '.join(missing)}")
        url = urllib.parse.urlsplit(key["token_uri"])
        if url.scheme != "https" and not (url.scheme == "http" and is_loopback(url.hostname)):
            raise ServiceError(
                "INVALID_ARGUMENT", "the key file's token_uri is neither https nor on this machine"
            )
        self._key = key
        self._tls = tls or Tls()
        self._now = now or SystemClock().now
        self._lock = threading.Lock()
        self._token = ""
        self._renew_at: datetime | None = None

    def token(self) -> str:
        """A token that is good for minutes to come; raises `ServiceError`."""
        with self._lock:
            now = self._now()
            if self._renew_at is None or now >= self._renew_at:
                self._token, life = self._exchange(now)
                self._renew_at = now + max(life - _RENEW_BEFORE, life / 2)
            return self._token

    def refused(self, token: str) -> bool:
        """Fetches another next time, unless another thread has already."""
        with self._lock:
            if token == self._token:
                self._renew_at = None
            return True

    def _exchange(self, now: datetime) -> tuple[str, timedelta]:
        form = {"grant_type": _GRANT, "assertion": self._assertion(now)}
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked
            self._key["token_uri"], data=urllib.parse.urlencode(form).encode(), method="POST"
        )
        handlers: list[urllib.request.BaseHandler] = [_NoRedirect()]
        if request.type == "https":
            handlers.append(urllib.request.HTTPSHandler(context=self._tls.context()))
        opener = urllib.request.build_opener(*handlers)
        try:
            with opener.open(request, timeout=_TIMEOUT_SECONDS) as response:
                answer = json.loads(response.read(_MAX_ANSWER_BYTES))
            return str(answer["access_token"]), timedelta(seconds=float(answer["expires_in"]))
        except urllib.error.HTTPError as error:
            raise ServiceError("UNAUTHENTICATED", _told(error)) from error
        except OSError as error:
            raise ServiceError("UNAVAILABLE", f"no token could be fetched: {error}") from error
        except (ValueError, LookupError, TypeError) as error:
            raise ServiceError("UNKNOWN", "the token URL answered with something else") from error

    def _assertion(self, now: datetime) -> str:
        import jwt  # noqa: PLC0415 - brings cryptography, for those who have a key

        issued = int(now.timestamp())
        claims = {
            "iss": self._key["client_email"],
            "scope": _SCOPE,
            "aud": self._key["token_uri"],
            "iat": issued,
            "exp": issued + int(_ASSERTION_LIFE.total_seconds()),
            # Without it two processes that start in one second would make the same assertion.
            "jti": uuid.uuid4().hex,
        }
        try:
            return jwt.encode(
                claims, self._key["private_key"], "RS256", {"kid": self._key["private_key_id"]}
            )
        except (jwt.PyJWTError, ValueError, TypeError):
            # The error is not told further: it may quote the key.
            raise ServiceError("INVALID_ARGUMENT", "the key file's private_key is none") from None


def read_credentials(path: Path, *, tls: Tls | None = None) -> Credentials:
    """The credentials in a file: a key file's JSON, or a bearer token; raises `ServiceError`."""
    try:
        text = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ServiceError(
            "INVALID_ARGUMENT", f"the credentials cannot be read: {error}"
        ) from error
    if not text.startswith("{"):
        return StaticToken(text)
    try:
        key = json.loads(text)
    except ValueError as error:
        raise ServiceError("INVALID_ARGUMENT", f"{path} is not JSON") from error
    return ServiceAccountKey(key, tls=tls)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token URL that moves is not the one the key is for."""

    def redirect_request(  # noqa: PLR0917 - as inherited
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> None:
        """Follows none; the answer is then an error."""


def _told(error: urllib.error.HTTPError) -> str:
    try:
        with error:
            said = json.loads(error.read(_MAX_ANSWER_BYTES))
        return f"no token was given: {said['error']}: {said['error_description']}"
    except (ValueError, LookupError, TypeError, OSError):
        return f"no token was given: HTTP {error.code}"
