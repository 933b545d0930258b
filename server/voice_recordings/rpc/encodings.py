"""Encoded recordings, kept: one that has ended never changes, so it is encoded once."""

from collections import OrderedDict

from enfonica.voice.v1beta1 import recordings_pb2
from voice_recordings.recordings.recording import Recording
from voice_recordings.rpc.messages import LinkMaker, files_of, recording_message

# Some 300 bytes each.
_KEPT = 16_384

_RECORDINGS_TAG = b"\x0a"  # ListRecordingsResponse.recordings: field 1, length-delimited


class Encodings:
    """Makes messages of recordings; the BASIC view of those that have ended comes from memory.

    What was used longest ago makes room for what is new.
    """

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        # A media key is one recording's alone, whatever becomes of its name.
        self._basic: OrderedDict[str, bytes] = OrderedDict()

    def message(self, recording: Recording, link: LinkMaker | None) -> recordings_pb2.Recording:
        """What `recording_message` makes."""
        message = recordings_pb2.Recording.FromString(self.basic(recording))
        if link is not None:
            for audio, file in zip(message.audio, files_of(recording), strict=True):
                audio.uri = link(recording.name, file)
        return message

    def basic(self, recording: Recording) -> bytes:
        """The recording in the BASIC view, encoded."""
        encoded = self._basic.get(recording.media_key)
        if encoded is not None:
            self._basic.move_to_end(recording.media_key)
            return encoded
        encoded = recording_message(recording, None).SerializeToString()
        if recording.ending is not None:
            self._basic[recording.media_key] = encoded
            if len(self._basic) > self._kept:
                self._basic.popitem(last=False)
        return encoded

    def page(
        self, recordings: tuple[Recording, ...], link: LinkMaker | None, next_page_token: str
    ) -> recordings_pb2.ListRecordingsResponse:
        """A page of recordings.

        In the BASIC view it is put together from its encoded parts, which costs
        a quarter of building it field by field.
        """
        if link is not None:
            return recordings_pb2.ListRecordingsResponse(
                recordings=[self.message(recording, link) for recording in recordings],
                next_page_token=next_page_token,
            )
        parts = []
        for recording in recordings:
            encoded = self.basic(recording)
            parts += [_RECORDINGS_TAG, _varint(len(encoded)), encoded]
        page = recordings_pb2.ListRecordingsResponse.FromString(b"".join(parts))
        page.next_page_token = next_page_token
        return page


def _varint(number: int) -> bytes:
    """A length as the wire format has it, seven bits a byte, lowest first."""
    low = []
    while number > 0x7F:  # noqa: PLR2004 - what seven bits hold
        low.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*low, number])
