"""Keys from the one secret."""

import pytest

from voice_recordings.access.keys import Keyring, hkdf_sha256

OLD, NEW = b"o" * 32, b"n" * 32


def test_derivation_is_rfc_5869s() -> None:
    """Test case 3 of RFC 5869, the one without salt; its info is empty."""
    derived = hkdf_sha256(bytes.fromhex("0b" * 22), b"", 42)
    assert derived.hex() == (
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    )


def test_each_purpose_has_its_own_key() -> None:
    """A key for one thing is of no use for another."""
    keyring = Keyring(NEW)
    assert keyring.derive("links") != keyring.derive("tokens")
    assert len(keyring.derive("webhooks", 64)) == 64


def test_what_the_previous_secret_signed_is_still_accepted() -> None:
    """Rotation breaks nothing that is out already."""
    old, rotated = Keyring(OLD).signer("x"), Keyring(NEW, previous=OLD).signer("x")
    assert rotated.verify(old.current, b"message", old.sign(b"message"))
    assert rotated.current == Keyring(NEW).signer("x").current


def test_a_secret_that_is_gone_signs_nothing_any_more() -> None:
    """Only the two newest count."""
    old = Keyring(OLD).signer("x")
    assert not Keyring(NEW).signer("x").verify(old.current, b"message", old.sign(b"message"))


@pytest.mark.parametrize("mac", [b"", b"short", bytes(32), b"\0" * 15])
def test_a_made_up_mac_is_refused(mac: bytes) -> None:
    """A mac that is too short proves nothing, even when it is a true beginning."""
    signer = Keyring(NEW).signer("x")
    assert not signer.verify(signer.current, b"message", mac)
    assert not signer.verify(signer.current, b"message", signer.sign(b"message")[:15])


def test_a_short_secret_is_refused() -> None:
    """32 bytes are the least."""
    with pytest.raises(ValueError, match="32 bytes"):
        Keyring(b"x" * 31)
