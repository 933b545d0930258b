"""The one secret, and the keys derived from it.

HKDF (RFC 5869) is eight lines over the standard library's hmac; the package
that has it would add 10 MiB and 30 ms to every start.
"""

import hmac
from collections.abc import Callable
from hashlib import sha256
from typing import Protocol

SECRET_BYTES = 32
_MAC_BYTES = 32
_SHORTEST_MAC_BYTES = 16


class _Hmac(Protocol):
    def copy(self) -> "_Hmac": ...
    def update(self, data: bytes) -> None: ...
    def digest(self) -> bytes: ...


def hkdf_sha256(secret: bytes, info: bytes, length: int) -> bytes:
    """A key of `length` bytes for one purpose, from the secret (RFC 5869, no salt)."""
    extracted = hmac.digest(bytes(_MAC_BYTES), secret, sha256)
    blocks, block = b"", b""
    for counter in range(1, -(-length // _MAC_BYTES) + 1):
        block = hmac.digest(extracted, block + info + bytes([counter]), sha256)
        blocks += block
    return blocks[:length]


class Keyring:
    """Signs with the current secret; accepts what the previous one signed.

    A key id names a secret without telling anything about it. Signers follow a
    rotation, so that it needs no restart; whoever uses one does so within one
    turn of the event loop, and `rotate` is called between turns.
    """

    def __init__(self, secret: bytes, previous: bytes | None = None) -> None:
        self._signers: dict[str, Signer] = {}
        self.rotate(secret, previous)

    def rotate(self, secret: bytes, previous: bytes | None = None) -> None:
        """Signs with `secret` from now on; raises ValueError for one that is too short."""
        secrets = (secret,) if previous is None else (secret, previous)
        if min(map(len, secrets)) < SECRET_BYTES:
            raise ValueError(f"a secret has at least {SECRET_BYTES} bytes")
        self._secrets = secrets
        for purpose, signer in self._signers.items():
            signer.use(self._keys(purpose))

    @staticmethod
    def ids_of(secret: bytes, previous: bytes | None = None) -> tuple[str, ...]:
        """What `key_ids` would be with these."""
        return tuple(_key_id(each) for each in (secret, previous) if each is not None)

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The ids of the secrets in use, the one that signs first."""
        return tuple(_key_id(secret) for secret in self._secrets)

    def derive(self, purpose: str, length: int = 32) -> bytes:
        """The current key for a purpose."""
        return hkdf_sha256(self._secrets[0], purpose.encode(), length)

    def webhook_key(self, project: str, version: int) -> bytes:
        """The 64 bytes that a project's webhooks are signed with; versions count from 1."""
        return self.derive(f"webhook {project} {version}", 64)

    def signer(self, purpose: str) -> "Signer":
        """What signs and verifies for one purpose."""
        if purpose not in self._signers:
            self._signers[purpose] = Signer(self._keys(purpose))
        return self._signers[purpose]

    def _keys(self, purpose: str) -> dict[str, bytes]:
        return {
            _key_id(secret): hkdf_sha256(secret, purpose.encode(), 32) for secret in self._secrets
        }


class Signer:
    """HMAC-SHA256 under keys that are told apart by their ids; the first one signs."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        self.use(keys)

    def use(self, keys: dict[str, bytes]) -> None:
        """Takes these keys in place of those it has."""
        # A prepared HMAC is copied for each signature: half the cost of a new one.
        self._prepared: dict[str, Callable[[], _Hmac]] = {
            key_id: hmac.new(key, digestmod=sha256).copy for key_id, key in keys.items()
        }
        self.current = next(iter(keys))

    def sign(self, message: bytes) -> bytes:
        """32 bytes under the current key."""
        return self._mac(self.current, message)

    def verify(self, key_id: str, message: bytes, mac: bytes) -> bool:
        """Whether the key of this id made the mac, or its first 16 bytes at least.

        Compares in constant time.
        """
        if key_id not in self._prepared or len(mac) < _SHORTEST_MAC_BYTES:
            return False
        return hmac.compare_digest(self._mac(key_id, message)[: len(mac)], mac)

    def _mac(self, key_id: str, message: bytes) -> bytes:
        prepared = self._prepared[key_id]()
        prepared.update(message)
        return prepared.digest()


def _key_id(secret: bytes) -> str:
    return hkdf_sha256(secret, b"key-id", 4).hex()
