"""Signed links: whoever holds one may read one file until it expires."""

import base64
import re
from datetime import UTC, datetime, timedelta

from voice_recordings.access.keys import Keyring
from voice_recordings.errors import LinkExpired, LinkInvalid

LIFETIME = timedelta(minutes=60)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
# The one spelling of the parameters: unknown, repeated, reordered or
# re-encoded ones do not match, so that a link has no second form.
_QUERY = re.compile(
    r"(?:(channels=1|channel=[01])&)?"
    r"expires=([1-9][0-9]{0,15})&key=([0-9a-f]{8})&signature=([A-Za-z0-9_-]{43})"
)


class Links:
    """Makes links to paths and checks them; the server's clock is passed in as `now`."""

    def __init__(self, keyring: Keyring, lifetime: timedelta = LIFETIME) -> None:
        self._signer = keyring.signer("media-link")
        # A link expires so long after it that its age says when.
        self._epoch = _EPOCH - lifetime

    def sign(self, path: str, now: datetime, selection: str = "") -> str:
        """The path with the query that opens it until the link's lifetime is over.

        A selection, `channels=1` or `channel=0`, is part of what is signed.
        """
        expires = (now - self._epoch) // _MILLISECOND
        key_id = self._signer.current
        mac = self._signer.sign(_signed(path, selection, key_id, expires))
        chosen = f"{selection}&" if selection else ""
        return f"{path}?{chosen}expires={expires}&key={key_id}&signature={_encoded(mac)}"

    def check(self, raw_path: str, raw_query: str, now: datetime) -> str:
        """Passes a path and query as they came over the wire, if `sign` made them.

        Gives the selection. Raises `LinkInvalid`, or `LinkExpired` for a true link that is too old.
        """
        match = _QUERY.fullmatch(raw_query)
        if not match:
            raise LinkInvalid
        chosen, expires, key_id, signature = match.groups()
        selection: str = chosen or ""
        mac = base64.urlsafe_b64decode(signature + "=")
        # The last character has two bits to spare, which must not be played with.
        if _encoded(mac) != signature:
            raise LinkInvalid
        if not self._signer.verify(key_id, _signed(raw_path, selection, key_id, expires), mac):
            raise LinkInvalid
        if now >= _EPOCH + int(expires) * _MILLISECOND:
            raise LinkExpired
        return selection


def _signed(path: str, selection: str, key_id: str, expires: int | str) -> bytes:
    """What is signed; "read" is the class of methods, GET and HEAD."""
    # A path has no line break in it, so that nothing can be moved from one line to another.
    target = f"{path}\n{selection}" if selection else path
    return f"read\n{target}\n{key_id}\n{expires}".encode()


def _encoded(mac: bytes) -> str:
    return base64.urlsafe_b64encode(mac)[:-1].decode()
