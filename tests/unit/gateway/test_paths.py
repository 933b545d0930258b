"""Raw paths: split first, decoded after, once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_recordings.gateway.paths import PathError, capture, split


@pytest.mark.parametrize(
    ("path", "single", "multi"),
    [
        pytest.param(b"/a/b", "a", "a/b", id="plain"),
        pytest.param(b"/a%2Fb/c", "a/b", "a%2Fb/c", id="an-escaped-slash-stays-in-several"),
        pytest.param(b"/a%2fb/c", "a/b", "a%2fb/c", id="in-either-case"),
        pytest.param(b"/a%252F/c", "a%2F", "a%2F/c", id="decoded-once"),
        pytest.param(b"/a+b/c", "a+b", "a+b/c", id="a-plus-is-a-plus"),
        pytest.param(b"/caf%C3%A9/%20", "café", "café/ ", id="utf-8"),
        pytest.param("/é/ß".encode(), "é", "é/ß", id="unescaped-utf-8"),
        pytest.param(b"/.../..a", "...", ".../..a", id="dots-beside-others-are-fine"),
    ],
)
def test_captures(path: bytes, single: str, multi: str) -> None:
    """A variable of one segment decodes all, one of several all but slashes."""
    segments = split(path)
    assert capture(segments, 0, 1, multi=False) == single
    assert capture(segments, 0, 2, multi=True) == multi


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"*", id="asterisk-form"),
        pytest.param(b"/%", id="cut-escape"),
        pytest.param(b"/%4", id="half-an-escape"),
        pytest.param(b"/%zz", id="not-hexadecimal"),
        pytest.param(b"/%ff", id="not-utf-8"),
        pytest.param(b"/\xff", id="raw-byte-that-is-not-utf-8"),
        pytest.param(b"/%ed%a0%80", id="surrogate"),
        pytest.param(b"/a%c3/%a9", id="a-character-cut-by-a-slash"),
    ],
)
def test_unreadable_paths(path: bytes) -> None:
    """A bad escape anywhere makes the whole path unreadable."""
    with pytest.raises(PathError):
        split(path)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(b"/../a", id="dot-dot"),
        pytest.param(b"/./a", id="dot"),
        pytest.param(b"/%2e%2E/a", id="escaped"),
        pytest.param(b"/..%2F../a", id="behind-an-escaped-slash"),
        pytest.param(b"/a%2F./b", id="after-an-escaped-slash"),
    ],
)
def test_dot_segments(path: bytes) -> None:
    """No value holds a dot segment, for one segment and for several."""
    with pytest.raises(PathError):
        capture(split(path), 0, 1, multi=False)
    with pytest.raises(PathError):
        capture(split(path), 0, 2, multi=True)


@given(st.binary(max_size=200))
def test_any_bytes(tail: bytes) -> None:
    """Any path is split or refused."""
    try:
        path = split(b"/" + tail)
    except PathError:
        return
    assert len(path.raw) == len(path.plain) == tail.count(b"/") + 1
