import struct

from voice_recordings.audio.channels import mix_down, one_leg

STEREO = struct.pack("<8h", 100, 200, -1, 0, 32767, 32767, -32768, -32768)


def test_mixes_down_to_the_mean() -> None:
    """Rounded down, and never out of range."""
    assert mix_down(STEREO) == struct.pack("<4h", 150, -1, 32767, -32768)


def test_takes_one_leg() -> None:
    """Exactly the samples of that channel."""
    assert one_leg(STEREO, 0) == struct.pack("<4h", 100, -1, 32767, -32768)
    assert one_leg(STEREO, 1) == struct.pack("<4h", 200, 0, 32767, -32768)


def test_nothing_is_nothing() -> None:
    """No bytes in, no bytes out."""
    assert mix_down(b"") == one_leg(b"", 1) == b""
