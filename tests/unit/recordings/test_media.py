"""Manifests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_recordings.recordings.media import AudioFile, Encoding, Segment

FILE = AudioFile(
    Encoding.MP3, 8000, "e", b"head", (Segment("a", 10, 6), Segment("b", 0, 1), Segment("c", 5, 9))
)


def test_a_file_is_as_long_as_its_head_and_segments() -> None:
    """The size counts both."""
    assert FILE.size_bytes == 4 + 6 + 1 + 9


@pytest.mark.parametrize(
    ("start", "end", "parts"),
    [
        pytest.param(0, 20, [b"head", Segment("a", 10, 6), Segment("b", 0, 1), Segment("c", 5, 9)]),
        pytest.param(1, 3, [b"ea"], id="inside the head"),
        pytest.param(3, 5, [b"d", Segment("a", 10, 1)], id="across head and segment"),
        pytest.param(4, 10, [Segment("a", 10, 6)], id="one whole segment"),
        pytest.param(6, 7, [Segment("a", 12, 1)], id="inside a segment"),
        pytest.param(9, 12, [Segment("a", 15, 1), Segment("b", 0, 1), Segment("c", 5, 1)]),
        pytest.param(20, 20, [], id="nothing"),
    ],
)
def test_a_stretch_of_a_file_is_found_in_its_parts(
    start: int, end: int, parts: list[bytes | Segment]
) -> None:
    """Every byte asked for is named once, in order."""
    assert list(FILE.between(start, end)) == parts


@given(
    lengths=st.lists(st.integers(1, 9), max_size=6),
    head=st.integers(0, 5),
    cut=st.tuples(st.integers(0, 60), st.integers(0, 60)),
)
def test_stretches_put_together_are_the_file(
    lengths: list[int], head: int, cut: tuple[int, int]
) -> None:
    """Reading a file up to any place, and on from there, gives all of it."""
    stored = {f"k{index}": bytes([index]) * 20 for index in range(len(lengths))}
    segments = tuple(Segment(f"k{index}", index, length) for index, length in enumerate(lengths))
    file = AudioFile(Encoding.MP3, 8000, "e", b"H" * head, segments)

    def read(start: int, end: int) -> bytes:
        return b"".join(
            part if isinstance(part, bytes)
            else stored[part.key][part.offset : part.offset + part.length]
            for part in file.between(start, end)
        )  # fmt: skip

    whole = read(0, file.size_bytes)
    start, end = sorted(min(place, file.size_bytes) for place in cut)
    assert len(whole) == file.size_bytes
    assert read(0, start) + read(start, end) + read(end, file.size_bytes) == whole
