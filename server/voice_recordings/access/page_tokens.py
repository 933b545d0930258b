"""Page tokens: opaque, bound to their parent, unforgeable, good across restarts."""

import base64
import json
from datetime import UTC, datetime, timedelta

from voice_recordings.access.keys import Keyring
from voice_recordings.errors import InvalidPageToken, Violation
from voice_recordings.recordings.names import Parent
from voice_recordings.recordings.paging import PageKey

_MAC_BYTES = 16
_MAX_LENGTH = 1024
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class PageTokens:
    """Turns the place where a page ends into a token, and back."""

    def __init__(self, keyring: Keyring) -> None:
        self._signer = keyring.signer("page-token")

    def issue(self, parent: Parent, last: PageKey) -> str:
        """The token of the page after the one that ends with `last`."""
        micros = (last.create_time - _EPOCH) // _MICROSECOND
        place = json.dumps(
            [self._signer.current, micros, last.call, last.recording], separators=(",", ":")
        ).encode()
        mac = self._signer.sign(_signed(parent, place))[:_MAC_BYTES]
        return _encoded(mac + place)

    def read(self, token: str, parent: Parent) -> PageKey:
        """The place a token stands for.

        Raises `InvalidPageToken` when it was not made by `issue` for this parent.
        """
        try:
            if len(token) > _MAX_LENGTH:
                raise ValueError(token)
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            mac, place = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
            key_id, micros, call, recording = json.loads(place)
            if token != _encoded(raw) or not self._signer.verify(
                key_id, _signed(parent, place), mac
            ):
                raise ValueError(token)
        except (ValueError, TypeError, RecursionError):
            violation = Violation("page_token", "was not made by this service for this parent")
            raise InvalidPageToken(violations=(violation,)) from None
        return PageKey(_EPOCH + micros * _MICROSECOND, call, recording)


def _signed(parent: Parent, place: bytes) -> bytes:
    return f"{parent}\n".encode() + place


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
