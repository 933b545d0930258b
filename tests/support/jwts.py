"""JSON Web Tokens made from first principles: RFC 7515 and RFC 8017 §8.2.1, and nothing else."""

import base64
import functools
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from voice_recordings.access.rsa import new_key_pair

# The DER of DigestInfo for SHA-256, without the digest.
_SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


@dataclass(frozen=True)
class KeyPair:
    """A key pair in PEM."""

    private: str
    public: str


@functools.cache
def key_pair(number: int = 0) -> KeyPair:
    """Key pairs that differ by their number; made once, because that takes long."""
    del number
    return KeyPair(*new_key_pair())


def b64(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def rs256(private_pem: str, message: bytes) -> bytes:
    """RSASSA-PKCS1-v1_5 with SHA-256."""
    n, d = _numbers(private_pem)
    size = (n.bit_length() + 7) // 8
    info = _SHA256_INFO + hashlib.sha256(message).digest()
    padded = b"\x00\x01" + b"\xff" * (size - 3 - len(info)) + b"\x00" + info
    return pow(int.from_bytes(padded), d, n).to_bytes(size)


def jwt(private_pem: str, header: Any, claims: Any) -> str:
    """A signed JWT; header and claims are JSON values, or bytes as they are."""
    parts = [
        b64(part if isinstance(part, bytes) else json.dumps(part).encode())
        for part in (header, claims)
    ]
    signed = ".".join(parts)
    return f"{signed}.{b64(rs256(private_pem, signed.encode()))}"


@functools.cache
def _numbers(private_pem: str) -> tuple[int, int]:
    """Modulus and private exponent."""
    key = serialization.load_pem_private_key(private_pem.encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    numbers = key.private_numbers()
    return numbers.public_numbers.n, numbers.d
