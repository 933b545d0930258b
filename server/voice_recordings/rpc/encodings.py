"""Encoded recordings, kept: one that has ended never changes, so it is encoded once."""

from collections.abc import Sequence
from typing import cast

from enfonica.voice.v1beta1 import recordings_pb2
from voice_recordings.recordings.ports import StoredRecording
from voice_recordings.recordings.recording import Recording
from voice_recordings.rpc.encoded import Encoded
from voice_recordings.rpc.messages import LinkMaker, files_of, recording_message

# Some 300 bytes each.
_KEPT = 16_384

_RECORDINGS_TAG = b"\x0a"  # ListRecordingsResponse.recordings: field 1, length-delimited
_NEXT_PAGE_TOKEN_TAG = b"\x12"  # ListRecordingsResponse.next_page_token: field 2, likewise


class Encodings:
    """Makes messages of recordings; the BASIC view of those that have ended comes from memory.

    They are kept as they stand in a page, tag and length included, so that a
    page is its parts in a row.
    """

    def __init__(self, kept: int = _KEPT) -> None:
        # When half of what may be kept is new, what was not asked for since is forgotten.
        self._half = max(1, kept // 2)
        # A media key is one recording's alone, whatever becomes of its name.
        self._new: dict[str, bytes] = {}
        self._old: dict[str, bytes] = {}

    def message(self, recording: Recording, link: LinkMaker | None) -> recordings_pb2.Recording:
        """What `recording_message` makes."""
        entry = self._new.get(recording.media_key) or self._entry(recording.media_key, recording)
        message = recordings_pb2.ListRecordingsResponse.FromString(entry).recordings[0]
        if link is not None:
            for audio, file in zip(message.audio, files_of(recording), strict=True):
                audio.uri = link(recording.name, file)
        return message

    def page(
        self, listed: Sequence[StoredRecording], link: LinkMaker | None, next_page_token: str
    ) -> recordings_pb2.ListRecordingsResponse:
        """A page of recordings, which in the BASIC view is `Encoded` already.

        What is known by its media key is not read.
        """
        if link is not None:
            return recordings_pb2.ListRecordingsResponse(
                recordings=[self.message(each.read(), link) for each in listed],
                next_page_token=next_page_token,
            )
        new = self._new
        parts = [new.get(each.media_key) or self._entry_of(each) for each in listed]
        if next_page_token:
            parts.append(_field(_NEXT_PAGE_TOKEN_TAG, next_page_token.encode()))
        page = Encoded(recordings_pb2.ListRecordingsResponse, b"".join(parts))
        # To whoever looks into it, it is one.
        return cast("recordings_pb2.ListRecordingsResponse", page)

    def _entry_of(self, listed: StoredRecording) -> bytes:
        return self._entry(listed.media_key, listed)

    def _entry(self, media_key: str, recording: Recording | StoredRecording) -> bytes:
        """The recording as it stands in a page."""
        entry = self._old.get(media_key)
        if entry is None:
            if not isinstance(recording, Recording):
                recording = recording.read()
            encoded = recording_message(recording, None).SerializeToString()
            entry = _field(_RECORDINGS_TAG, encoded)
            if recording.ending is None:
                return entry
        self._new[media_key] = entry
        if len(self._new) >= self._half:
            self._old, self._new = self._new, {}
        return entry


def _field(tag: bytes, data: bytes) -> bytes:
    return b"".join((tag, _varint(len(data)), data))


def _varint(number: int) -> bytes:
    """A length as the wire format has it, seven bits a byte, lowest first."""
    low = []
    while number > 0x7F:  # noqa: PLR2004 - what seven bits hold
        low.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*low, number])
