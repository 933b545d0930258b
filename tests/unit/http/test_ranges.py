"""Byte ranges (RFC 9110 §14)."""

import pytest

from voice_recordings.http.ranges import ByteRange, Unsatisfiable, byte_range


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        ("bytes=10-19", 10, 20),
        ("bytes=99-99", 99, 100),
        ("bytes=10-", 10, 100),
        ("bytes=10-999999999999999999", 10, 100),
        ("bytes=-1", 99, 100),
        ("bytes=-1000", 0, 100),
        ("BYTES=0-0", 0, 1),
        ("bytes= 0-0 ", 0, 1),
    ],
)
def test_one_range_is_understood(header: str, start: int, end: int) -> None:
    """First-last, first-, and the last so many bytes."""
    assert byte_range(header, 100) == ByteRange(start, end)


@pytest.mark.parametrize(
    "header",
    [None, "", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-4", "bytes=0-1,3-4",
     "lines=0-1", "bytes=0--1", "bytes=+1-2", "bytes=1_0-", "bytes=٣-", "bytes 0-1",
     "bytes=" + "9" * 5000 + "-"],
)  # fmt: skip
def test_what_is_not_one_range_is_ignored(header: str | None) -> None:
    """RFC 9110 §14.2: the whole file is sent."""
    assert byte_range(header, 100) is None


@pytest.mark.parametrize(
    ("header", "size"),
    [("bytes=100-", 100), ("bytes=100-200", 100), ("bytes=-0", 100), ("bytes=0-", 0)],
)
def test_a_range_beyond_the_file_cannot_be_satisfied(header: str, size: int) -> None:
    """There is nothing to send."""
    with pytest.raises(Unsatisfiable):
        byte_range(header, size)
