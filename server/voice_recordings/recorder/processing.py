"""From spooled PCM 16 to files: levels, silence gate and MP3, in one pass beside the intake."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TypeVar, TypeVarTuple

from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.frames import FrameMeter, frame_samples
from voice_recordings.audio.levels import Level, LevelMeter
from voice_recordings.audio.mp3 import Mp3Encoder
from voice_recordings.audio.notes import Note
from voice_recordings.audio.silence import SilenceGate, Span, Thresholds, Verdict
from voice_recordings.audio.waveform import WaveformMeter
from voice_recordings.errors import StorageFull
from voice_recordings.recorder.arrivals import Arrivals
from voice_recordings.recordings.media import Segment
from voice_recordings.recordings.ports import MediaStore, Spool

# Pieces of calls are small enough that many share the threads fairly, and that little is
# left of a call when it ends; and large enough that passing them around costs little
# beside their encoding.
LIVE_PIECE_BYTES = 192 * 1024
# Nobody waits for the last piece of a file, and its pieces are there as soon as asked for.
FILE_PIECE_BYTES = 512 * 1024
_SEGMENT_BYTES = 256 * 1024

A = TypeVarTuple("A")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stores:
    """Where audio lies, and the threads that work on it."""

    spool: Spool
    media: MediaStore
    threads: Executor


@dataclass(frozen=True, slots=True)
class Processed:
    """What came of the audio; samples are counted per channel.

    What was made of it is missing when the audio is silent. The PCM lies in
    the spool; `notes` are those of decoding.
    """

    samples: int
    verdict: Verdict
    levels: tuple[Level, ...]
    made: "Made | None"
    pcm_key: str
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """What was made of the audio that is kept, beside the PCM itself."""

    mp3_sample_rate_hertz: int
    mp3_head: bytes
    mp3: tuple[Segment, ...]
    waveform: Segment


class Processing:
    """One pass over the audio of one recording, which may still be coming in.

    Holds at most a piece of audio and a segment of MP3 in memory: a silence
    that turns out not to be the end is read again from the spool.
    """

    def __init__(
        self,
        stores: Stores,
        *,
        pcm_key: str,
        made_key: str,
        pcm_format: PcmFormat,
        thresholds: Thresholds,
        trim: bool,
        piece_bytes: int = FILE_PIECE_BYTES,
    ) -> None:
        self._stores = stores
        self._pcm_key = pcm_key
        self._made_key = made_key
        self._format = pcm_format
        # Whole frames, so that what is released of a piece lies within it.
        frame_bytes = pcm_format.samples_to_bytes(frame_samples(pcm_format))
        self._piece_bytes = max(piece_bytes // frame_bytes, 1) * frame_bytes
        self._frames = FrameMeter(pcm_format)
        self._meter = LevelMeter(pcm_format)
        self._gate = SilenceGate(pcm_format, thresholds, trim=trim)
        self._encoder: Mp3Encoder | None = None
        self._waveform = WaveformMeter(pcm_format)
        self._mp3 = bytearray()
        self._mp3_segments: list[Segment] = []
        self._made_keys: list[str] = []

    async def run(self, arrivals: Arrivals) -> Processed:
        """Works until the arrivals are complete. Raises `StorageFailed`."""
        try:
            return await self._run(arrivals)
        except StorageFull:
            await self.discard()
            raise

    async def discard(self, *others: str) -> None:
        """Deletes what has been made, and these objects beside it.

        For a disk that is full: all of it will be made again when there is
        room, for which this counts. Nothing may be running any more.
        """
        await self._stores.media.discard([*self._made_keys, *others])

    async def _run(self, arrivals: Arrivals) -> Processed:
        position = 0
        while True:
            arrived = await arrivals.beyond(position, self._piece_bytes)
            whole = arrived - arrived % self._format.frame_bytes
            end = min(whole, position + self._piece_bytes)
            if arrived <= position or end == position:
                break
            pcm = await self._stores.spool.read(self._pcm_key, position, end)
            for span in await self._in_thread(self._take, pcm, position):
                await self._keep(span, pcm, position)
            if len(self._mp3) >= _SEGMENT_BYTES:
                await self._store_mp3()
            position = end
        return await self._finish(position)

    def _take(self, pcm: bytes, pcm_start: int) -> list[Span]:
        """Measures a piece and encodes what is released of it.

        Gives what begins before the piece, and has to be read again, instead.
        """
        frames = self._frames.feed(pcm)
        self._meter.take(frames)
        spans = self._gate.take(frames)
        to_bytes = self._format.samples_to_bytes
        if any(to_bytes(span.start) < pcm_start for span in spans):
            return spans
        for span in spans:
            self._encode(pcm[to_bytes(span.start) - pcm_start : to_bytes(span.end) - pcm_start])
        return []

    async def _finish(self, position: int) -> Processed:
        last = self._frames.finish()
        self._meter.take(last)
        verdict = self._gate.conclude(last)
        for span in verdict.spans:
            await self._keep(span, b"", position)
        return Processed(
            samples=position // self._format.frame_bytes,
            verdict=verdict,
            levels=self._meter.levels(),
            made=await self._make(self._encoder) if self._encoder else None,
            pcm_key=self._pcm_key,
        )

    async def _make(self, encoder: Mp3Encoder) -> Made:
        self._mp3 += await self._in_thread(encoder.finish)
        await self._store_mp3()
        outline = self._waveform.finish().to_bytes()
        return Made(
            mp3_sample_rate_hertz=encoder.format.audio.sample_rate_hertz,
            mp3_head=await self._in_thread(encoder.info_frame),
            mp3=tuple(self._mp3_segments),
            waveform=await self._put("waveform", outline),
        )

    async def _keep(self, span: Span, pcm: bytes, pcm_start: int) -> None:
        """Encodes a span, taken from the piece at hand or else from the spool."""
        async for piece in self._pieces(span, pcm, pcm_start):
            await self._in_thread(self._encode, piece)
            if len(self._mp3) >= _SEGMENT_BYTES:
                await self._store_mp3()

    def _encode(self, pcm: bytes) -> None:
        if self._encoder is None:
            self._encoder = Mp3Encoder(self._format)
        self._waveform.feed(pcm)
        self._mp3 += self._encoder.encode(pcm)

    async def _pieces(self, span: Span, pcm: bytes, pcm_start: int) -> AsyncIterator[bytes]:
        position = span.start * self._format.frame_bytes
        end = span.end * self._format.frame_bytes
        while position < min(end, pcm_start):
            upto = min(end, pcm_start, position + self._piece_bytes)
            yield await self._stores.spool.read(self._pcm_key, position, upto)
            position = upto
        if position < end:
            yield pcm[position - pcm_start : end - pcm_start]

    async def _store_mp3(self) -> None:
        if self._mp3:
            number = len(self._mp3_segments)
            self._mp3_segments.append(await self._put(f"mp3-{number:05}", bytes(self._mp3)))
            self._mp3.clear()

    async def _put(self, name: str, data: bytes) -> Segment:
        key = f"{self._made_key}-{name}"
        # Noted before: whoever is cancelled meanwhile may have put it all the same.
        self._made_keys.append(key)
        return await self._stores.media.put(key, data)

    async def _in_thread(self, work: Callable[[*A], T], *args: *A) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._stores.threads, work, *args)
