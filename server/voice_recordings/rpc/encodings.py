"""Encoded recordings, kept: one that has ended never changes, so it is encoded once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from enfonica.voice.v1beta1 import recordings_pb2
from voice_recordings.recordings.media import AudioFile
from voice_recordings.recordings.names import RecordingName
from voice_recordings.recordings.ports import StoredRecording
from voice_recordings.rpc.encoded import Encoded
from voice_recordings.rpc.messages import LinkMaker, files_of, recording_message
from voice_recordings.rpc.recent import Recent

# Some 300 bytes each in lists, and 1,000 taken apart.
_KEPT = 24_576

# Tags of length-delimited fields (wire type 2), by which messages are put together.
_PAGE_RECORDINGS = b"\x0a"  # ListRecordingsResponse.recordings, field 1
_PAGE_NEXT_TOKEN = b"\x12"  # ListRecordingsResponse.next_page_token, field 2
_AUDIO_URI = b"\x2a"  # RecordingAudio.uri, field 5, its last
_AUDIO_NUMBER = recordings_pb2.Recording.AUDIO_FIELD_NUMBER
_AUDIO = bytes([_AUDIO_NUMBER << 3 | 2])  # Recording.audio

# What a length of one byte can say.
_SHORT = 0x80


class Encodings:
    """Answers with recordings as `Encoded`; those that have ended come from memory.

    What is known by its media key is not read.
    """

    def __init__(self, kept: int = _KEPT) -> None:
        # A media key is one recording's alone, whatever becomes of its name.
        # In the BASIC view, as they stand in a page: a page is its parts in a row.
        self._entries: Recent[bytes] = Recent(kept)
        self._pieces: Recent[_Pieces] = Recent(kept)

    def message(self, stored: StoredRecording, link: LinkMaker | None) -> recordings_pb2.Recording:
        """What `recording_message` makes."""
        data = self._taken_apart(stored).joined(stored.name, link)
        # To whoever looks into it, it is one.
        return cast("recordings_pb2.Recording", Encoded(recordings_pb2.Recording, data))

    def page(
        self, listed: Sequence[StoredRecording], link: LinkMaker | None, next_page_token: str
    ) -> recordings_pb2.ListRecordingsResponse:
        """A page of recordings."""
        if link is None:
            new = self._entries.new
            parts = [new.get(each.media_key) or self._entry(each) for each in listed]
        else:
            parts = [
                _field(_PAGE_RECORDINGS, self._taken_apart(each).joined(each.name, link))
                for each in listed
            ]
        if next_page_token:
            parts.append(_field(_PAGE_NEXT_TOKEN, next_page_token.encode()))
        page = Encoded(recordings_pb2.ListRecordingsResponse, b"".join(parts))
        return cast("recordings_pb2.ListRecordingsResponse", page)

    def _entry(self, stored: StoredRecording) -> bytes:
        """The recording as it stands in a page."""
        entry = self._entries.find(stored.media_key)
        if entry is None:
            recording = stored.read()
            encoded = recording_message(recording, None).SerializeToString()
            entry = _field(_PAGE_RECORDINGS, encoded)
            if recording.ending is not None:
                self._entries.keep(stored.media_key, entry)
        return entry

    def _taken_apart(self, stored: StoredRecording) -> "_Pieces":
        pieces = self._pieces.find(stored.media_key)
        if pieces is None:
            recording = stored.read()
            pieces = _take_apart(recording_message(recording, None), files_of(recording))
            if recording.ending is not None:
                self._pieces.keep(stored.media_key, pieces)
        return pieces


@dataclass(frozen=True, slots=True)
class _Pieces:
    """An encoded recording in the BASIC view, taken apart where links go."""

    head: bytes
    """The fields before `audio`."""
    audio: tuple[tuple[AudioFile, bytes], ...]
    """Each file, as far as a link tells of it, and its message without one."""
    tail: bytes
    """The fields after `audio`."""

    def joined(self, name: RecordingName, link: LinkMaker | None) -> bytes:
        """The recording, with links if there is a maker of them."""
        parts = [self.head]
        for file, about in self.audio:
            uri = _field(_AUDIO_URI, link(name, file).encode()) if link else b""
            parts.append(_field(_AUDIO, about + uri))
        parts.append(self.tail)
        return b"".join(parts)


def _take_apart(message: recordings_pb2.Recording, files: Sequence[AudioFile]) -> _Pieces:
    fields = [(field.number, field.name) for field, _ in message.ListFields()]

    def without(names: Iterable[str]) -> bytes:
        part: Any = recordings_pb2.Recording()
        part.CopyFrom(message)
        for name in names:
            part.ClearField(name)
        data: bytes = part.SerializeToString()
        return data

    head = without(name for number, name in fields if number >= _AUDIO_NUMBER)
    tail = without(name for number, name in fields if number <= _AUDIO_NUMBER)
    audio = tuple(
        # What it is made of is not what a link is made of.
        (replace(file, head=b"", segments=()), about.SerializeToString())
        for file, about in zip(files, message.audio, strict=True)
    )
    return _Pieces(head, audio, tail)


def _field(tag: bytes, data: bytes) -> bytes:
    return b"".join((tag, _varint(len(data)), data))


def _varint(number: int) -> bytes:
    """A length as the wire format has it, seven bits a byte, lowest first."""
    if number < _SHORT:
        return bytes((number,))
    return bytes((number & 0x7F | _SHORT,)) + _varint(number >> 7)
