"""Encoded recordings that are kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.recordings import NOW, pending, success
from voice_recordings.recordings.media import AudioFile
from voice_recordings.recordings.names import RecordingName
from voice_recordings.recordings.ports import StoredRecording
from voice_recordings.recordings.recording import Empty, Reason, Recording
from voice_recordings.rpc.encodings import Encodings
from voice_recordings.rpc.messages import LinkMaker, recording_message
from voice_recordings.storage.memory_rows import Row


def link(name: RecordingName, audio: AudioFile) -> str:
    """A download URI."""
    return f"http://example.com/{name}.{audio.encoding.suffix}"


def stored(recording: Recording) -> StoredRecording:
    """A recording as memory has it."""
    return Row(recording.name, recording)


class Counted(Row):
    """Writes down that it was read."""

    def __init__(self, recording: Recording, read: list[str]) -> None:
        super().__init__(recording.name, recording)
        self._read = read

    def read(self) -> Recording:
        """The recording."""
        self._read.append(self.media_key)
        return super().read()


RECORDINGS = [
    pytest.param(pending(), id="pending"),
    pytest.param(pending().end(success()), id="succeeded"),
    pytest.param(pending().end(Empty(NOW, Reason.SILENT)), id="empty"),
]


@pytest.mark.parametrize("maker", [None, link], ids=["basic", "full"])
@pytest.mark.parametrize("recording", RECORDINGS)
def test_a_kept_encoding_is_the_message(recording: Recording, maker: LinkMaker | None) -> None:
    """The first time and every time after."""
    encodings = Encodings()
    for _ in range(2):
        message = encodings.message(stored(recording), maker)
        whole = recording_message(recording, maker)
        assert message.SerializeToString() == whole.SerializeToString()


@given(names=st.lists(st.sampled_from("abcdef"), max_size=8), kept=st.integers(1, 4))
def test_a_page_is_its_recordings(names: list[str], kept: int) -> None:
    """However few encodings are kept."""
    encodings = Encodings(kept)
    recordings = [pending(name).end(success()) for name in names]
    for maker in (None, link):
        page = encodings.page([stored(each) for each in recordings], maker, "token")
        assert list(page.recordings) == [recording_message(r, maker) for r in recordings]
        assert page.next_page_token == "token"


def test_a_long_recording_is_framed_as_well() -> None:
    """Its length takes more than one byte."""
    recording = pending("r" * 64, call="c" * 64).end(success())
    assert list(Encodings().page([stored(recording)], None, "").recordings) == [
        recording_message(recording, None)
    ]


def test_what_is_kept_is_not_read_again() -> None:
    """Its media key is enough, in the page it was in and in others."""
    encodings = Encodings()
    read: list[str] = []
    listed = [Counted(pending(name).end(success()), read) for name in "abc"]
    first = encodings.page(listed, None, "").SerializeToString()
    assert encodings.page(listed, None, "").SerializeToString() == first
    encodings.page(listed[1:], None, "next")
    assert read == [each.media_key for each in listed]


def test_what_is_asked_for_again_is_not_forgotten() -> None:
    """Others may come and go beside it."""
    encodings = Encodings(kept=4)
    read: list[str] = []
    often = Counted(pending("often").end(success()), read)
    for number in range(20):
        once = Counted(pending(f"once-{number}").end(success()), [])
        encodings.page([often, once], None, "")
    assert read == [often.media_key]


def test_a_pending_recording_is_never_kept() -> None:
    """It may have ended by the next time."""
    encodings = Encodings()
    recording = pending()
    assert encodings.message(stored(recording), None).state == 1
    assert encodings.message(stored(recording.end(success())), None).state == 2
