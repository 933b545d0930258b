"""Reading WAV: pushed in, in any pieces; PCM 16 comes out."""

from voice_recordings.audio.format import SourceFormat
from voice_recordings.audio.notes import Note, NoteKind
from voice_recordings.audio.riff import RiffWalk, chunk_follows


class WavReader:
    """Reads a WAV that may be damaged, and keeps every sample that is there.

    The length its data chunk claims holds only when the file bears it out: a
    claim past the end of the file, or one with something else than a chunk
    behind it, gives way to what the file holds. Keeps at most a few bytes more
    than `riff.LOOKAHEAD_BYTES` between calls.
    """

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self._walk = RiffWalk()
        self._buffer = bytearray()
        self._in_audio = False
        self._frame_bytes = 1
        self._past_audio = False
        self._remaining_bytes: int | None = None
        self._audio_bytes = 0
        self._limited_samples = 0

    @property
    def source(self) -> SourceFormat | None:
        """What the file holds, once its header has been read."""
        return self._walk.format.source if self._walk.format and self._in_audio else None

    def feed(self, data: bytes) -> bytes:
        """The PCM of the next bytes of the file.

        Raises NotAudio.
        """
        if self._past_audio:
            return b""
        if self._is_audio_alone(data):
            return self._decode(data)
        self._buffer += data
        if not self._in_audio:
            if not self._walk.read(self._buffer):
                return b""
            self._begin_audio()
        return self._read_audio(at_end=False)

    def finish(self) -> bytes:
        """The last PCM, when the file has ended; completes `notes`.

        Raises NotAudio when there was no audio in it.
        """
        if not self._in_audio:
            self._walk.end(self._buffer)
        audio = self._read_audio(at_end=True)
        self._note_length()
        if self._buffer:
            self._note(
                NoteKind.PARTIAL_FRAME_DROPPED,
                f"The last sample was incomplete: {len(self._buffer)} bytes were dropped.",
            )
        if self._limited_samples:
            self._note(
                NoteKind.SAMPLES_LIMITED,
                f"{self._limited_samples} samples were out of range, or not numbers, "
                "and were limited.",
            )
        self._buffer.clear()
        self._past_audio = True
        return audio

    def _begin_audio(self) -> None:
        self._in_audio = True
        self._remaining_bytes = self._walk.data_bytes
        if self._walk.format:
            self._frame_bytes = self._walk.format.frame_bytes

    def _read_audio(self, *, at_end: bool) -> bytes:
        audio = self._take_samples()
        rest = self._remaining_bytes
        if self._past_audio or rest is None or rest >= self._frame_bytes:
            return audio
        if len(self._buffer) < rest:
            return audio
        # The claimed length is used up; only what comes next tells whether it was true.
        odd = bool((self._walk.data_bytes or 0) % 2)
        follows = chunk_follows(self._buffer, rest, odd=odd, at_end=at_end)
        if follows:
            self._past_audio = True
            del self._buffer[rest:]
        elif follows is False:
            self._remaining_bytes = None
            audio += self._take_samples()
        return audio

    def _take_samples(self) -> bytes:
        """Reads whole samples from the front of the buffer, as far as the audio goes."""
        if self._past_audio or self._walk.format is None:
            return b""
        available = len(self._buffer)
        if self._remaining_bytes is not None:
            available = min(available, self._remaining_bytes)
        available -= available % self._frame_bytes
        if not available:
            return b""
        with memoryview(self._buffer) as held:
            taken = bytes(held[:available])
        del self._buffer[:available]
        return self._decode(taken)

    def _is_audio_alone(self, data: bytes) -> bool:
        """Whether these are whole samples, behind others and before more: most of any file."""
        rest = self._remaining_bytes
        return (
            self._in_audio
            and not self._buffer
            and not len(data) % self._frame_bytes
            and (rest is None or rest > len(data))
        )

    def _decode(self, samples: bytes) -> bytes:
        if self._walk.format is None:
            return b""
        self._audio_bytes += len(samples)
        if self._remaining_bytes is not None:
            self._remaining_bytes -= len(samples)
        audio, limited = self._walk.format.codec.to_pcm16(samples)
        self._limited_samples += limited
        return audio

    def _note_length(self) -> None:
        claimed, found = self._walk.data_bytes, self._audio_bytes + len(self._buffer)
        if claimed is None:
            self._note(
                NoteKind.LENGTH_REPAIRED,
                f"The header gives no length; {found} bytes of audio were found.",
            )
        elif self._remaining_bytes is None or (found < claimed and self._walk.placeholder):
            self._note(
                NoteKind.LENGTH_REPAIRED,
                f"The header claims {claimed} bytes of audio; {found} were found.",
            )
        elif found < claimed:
            self._note(
                NoteKind.DATA_TRUNCATED,
                f"The file ends after {found} of the {claimed} bytes of audio its header claims.",
            )

    def _note(self, kind: NoteKind, message: str) -> None:
        self.notes.append(Note(kind, message))
