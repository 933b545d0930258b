"""RSA keys of service accounts: read, made, used; the one place that needs `cryptography`.

It costs 10 MiB and 35 ms, so this module is imported when somebody is to be
recognised by a key, and not before.
"""

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

_EXPONENT = 65537
_NEW_BITS = 2048
# Below, a key can be broken; above, checking one signature costs milliseconds.
_MIN_BITS, _MAX_BITS = 2048, 8192


def load_public_key(pem: str) -> rsa.RSAPublicKey:
    """Reads a public key in PEM (SubjectPublicKeyInfo).

    Raises ValueError for anything but RSA of 2048 to 8192 bits with the usual exponent.
    """
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("is not a public key in PEM") from None
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("is not an RSA key")  # noqa: TRY004 - it is the file's value that is wrong
    if not _MIN_BITS <= key.key_size <= _MAX_BITS:
        raise ValueError(f"has {key.key_size} bits and must have {_MIN_BITS} to {_MAX_BITS}")
    if key.public_numbers().e != _EXPONENT:
        raise ValueError(f"must have the exponent {_EXPONENT}")
    return key


def new_key_pair() -> tuple[str, str]:
    """A private key in PEM (PKCS#8), and its public key in PEM."""
    key = rsa.generate_private_key(_EXPONENT, _NEW_BITS)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()
