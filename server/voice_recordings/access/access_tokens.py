"""Access tokens: what `/token` hands out and every call is recognised by.

    vr1.{key id}.{base64url of [email, service account key id, expires]}.{MAC}

Nothing is stored: the signature says we made it, and the policy in force says
what its account may do now.
"""

import base64
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from voice_recordings.access.keys import Keyring
from voice_recordings.errors import CredentialsExpired, Unauthenticated

# The publisher's Node client keeps a token for a full hour, whatever it is
# told; this must not end while the client still trusts it.
LIFETIME = timedelta(minutes=70)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_FORM = re.compile(r"(vr1\.([0-9a-f]{8})\.([A-Za-z0-9_-]{1,1024}))\.([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What a token says: whose it is, by which of its keys it was asked for, and until when."""

    email: str
    key_id: str
    expires: datetime


class AccessTokens:
    """Makes and reads access tokens."""

    def __init__(self, keyring: Keyring) -> None:
        self._signer = keyring.signer("access-token")

    def issue(self, email: str, key_id: str, now: datetime) -> str:
        """A token good for `LIFETIME`."""
        expires = (now + LIFETIME - _EPOCH) // _MILLISECOND
        said = json.dumps([email, key_id, expires], separators=(",", ":")).encode()
        signed = f"vr1.{self._signer.current}.{_encoded(said)}"
        return f"{signed}.{_encoded(self._signer.sign(signed.encode()))}"

    def read(self, token: str, now: datetime) -> AccessToken:
        """What a token says.

        Raises `Unauthenticated` unless `issue` made it, `CredentialsExpired` when it is too old.
        """
        match = _FORM.fullmatch(token)
        if match is None:
            raise Unauthenticated
        signed, signer_id, said, signature = match.groups()
        mac = base64.urlsafe_b64decode(signature + "=")
        # The last character has two bits to spare, which must not be played with.
        if _encoded(mac) != signature or not self._signer.verify(signer_id, signed.encode(), mac):
            raise Unauthenticated
        email, key_id, expires = json.loads(base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)))
        read = AccessToken(email, key_id, _EPOCH + expires * _MILLISECOND)
        if now >= read.expires:
            raise CredentialsExpired
        return read


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
