"""The parent's side of decoding: starts a process, feeds it, reads it, and outlives it."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from voice_recordings.audio.format import SourceFormat
from voice_recordings.audio.headers import Head
from voice_recordings.audio.notes import Note, NoteKind
from voice_recordings.clock import Clock
from voice_recordings.errors import DecodeFailed, DecoderLost
from voice_recordings.recorder.decoding import wire
from voice_recordings.recorder.decoding.process import Process, start

WORKER = (sys.executable, "-m", "voice_recordings.recorder.decoding.worker")

Sink = Callable[[bytes], Awaitable[None]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a decoding process may be waited for, by the parent's clock.

    `stall_seconds` from one piece it takes in or gives out to the next, its
    start included, which takes long on a machine that is very busy;
    `total_seconds` in all. What the file and the sink take is not its time.
    """

    stall_seconds: float = 30.0
    total_seconds: float = 600.0


class Decoders:
    """Decodes files, each in a process of its own, so many at a time."""

    def __init__(
        self,
        clock: Clock,
        *,
        at_once: int,
        patience: Patience | None = None,
        command: tuple[str, ...] = WORKER,
    ) -> None:
        self._clock = clock
        self._slots = asyncio.Semaphore(at_once)
        self._patience = patience or Patience()
        self._command = command

    async def decode(self, head: Head, file: AsyncIterator[bytes], sink: Sink) -> tuple[Note, ...]:
        """Gives the PCM of a file to the sink, and what was noticed.

        Raises `DecodeFailed` where another try would come to no more,
        `DecoderLost` where it may, and what the file or the sink raises. The
        process is gone before this returns, however it does.
        """
        async with self._slots:
            decoding = _Decoding(await self._start(), head, self._clock)
            keys = self._watch(decoding)
            try:
                return await decoding.run(file, sink)
            finally:
                for key in keys:
                    self._clock.cancel(key)
                await asyncio.shield(decoding.stop())

    async def _start(self) -> Process:
        try:
            return await start(self._command, limit_bytes=wire.MAX_PAYLOAD_BYTES)
        except OSError as error:
            raise DecoderLost(f"The decoder could not be started: {error.strerror}.") from error

    def _watch(self, decoding: "_Decoding") -> tuple[str, str]:
        """Kills the process when it has made no progress for too long, or takes too long."""
        stall_key, total_key = f"decoder {decoding.pid} stalls", f"decoder {decoding.pid} drags on"
        stall = timedelta(seconds=self._patience.stall_seconds)
        total = timedelta(seconds=self._patience.total_seconds)
        seen, began = decoding.turns, self._clock.now()

        async def check() -> None:
            nonlocal seen
            if decoding.is_its_turn and decoding.turns == seen:
                decoding.kill(f"it made no progress for {stall.total_seconds():g} seconds")
                return
            seen = decoding.turns
            self._clock.schedule(self._clock.now() + stall, stall_key, check)

        async def expire() -> None:
            due = began + total + decoding.time_of_others()
            if due > self._clock.now():
                self._clock.schedule(due, total_key, expire)
                return
            decoding.kill(f"it was not done after {total.total_seconds():g} seconds")

        self._clock.schedule(began + stall, stall_key, check)
        self._clock.schedule(began + total, total_key, expire)
        return stall_key, total_key


class _Decoding:
    """One process at work.

    It is its turn, or that of the file or the sink, which may be slow without
    its being to blame. `turns` counts both.
    """

    def __init__(self, process: Process, head: Head, clock: Clock) -> None:
        self.pid = process.pid
        self.turns = 0
        self._process = process
        self._head = head
        self._clock = clock
        self._others_since: datetime | None = None
        self._time_of_others = timedelta()
        self._killed_because = ""

    @property
    def is_its_turn(self) -> bool:
        """Whether the process is waited for, and nobody else."""
        return self._others_since is None

    def time_of_others(self) -> timedelta:
        """How long in all it was not its turn."""
        if self._others_since is None:
            return self._time_of_others
        return self._time_of_others + (self._clock.now() - self._others_since)

    async def run(self, file: AsyncIterator[bytes], sink: Sink) -> tuple[Note, ...]:
        """Feeds the file in, and what comes out to the sink."""
        try:
            await self._feed(file)
            said = _check_format(await self._expect(wire.Kind.FORMAT), self._head.source)
            samples, end = await self._pass_on(sink)
        except (asyncio.IncompleteReadError, ConnectionError):
            raise await self._obituary() from None
        except wire.Malformed as error:
            raise DecodeFailed(f"The decoder's answer cannot be true: {error}.") from error
        claimed = self._head.samples if said.samples is None else said.samples
        return tuple(_notes(claimed, samples, end))

    def kill(self, because: str) -> None:
        """Ends the process; `run` then raises, saying why."""
        self._killed_because = because
        self._process.kill()

    async def stop(self) -> None:
        """Ends the process if it has not ended, and waits until it is gone."""
        await self._process.stop()

    async def _feed(self, file: AsyncIterator[bytes]) -> None:
        stdin = self._process.stdin
        while (piece := await self._of_others(anext(file, None))) is not None:
            if stdin.is_closing():
                # uvloop's stream raises RuntimeError for what asyncio's drops with a warning.
                raise ConnectionResetError
            stdin.write(piece)
            await stdin.drain()
        stdin.close()

    async def _of_others(self, work: Awaitable[T]) -> T:
        """Does what is not the process's to do."""
        self._others_since = self._clock.now()
        try:
            return await work
        finally:
            self._time_of_others = self.time_of_others()
            self._others_since = None
            self.turns += 1

    async def _pass_on(self, sink: Sink) -> tuple[int, wire.End]:
        """Gives the sink whole samples only; tells how many, and how it went."""
        pcm = self._head.source.pcm
        audio_bytes = 0
        while True:
            kind, payload = await self._message()
            if kind is wire.Kind.END:
                fields = wire.Fields(payload)
                end = wire.End(fields.number("limited_samples"), fields.text("damage"))
                return pcm.bytes_to_samples(audio_bytes), end
            if kind is not wire.Kind.AUDIO or len(payload) % pcm.frame_bytes:
                raise wire.Malformed(f"{kind.name} of {len(payload)} bytes where audio belongs")
            audio_bytes += len(payload)
            await self._of_others(sink(payload))

    async def _expect(self, wanted: wire.Kind) -> wire.Fields:
        kind, payload = await self._message()
        if kind is wire.Kind.REFUSED:
            raise DecodeFailed(f"The file was refused: {wire.Fields(payload).text('message')}.")
        if kind is not wanted:
            raise wire.Malformed(f"{kind.name} where {wanted.name} belongs")
        return wire.Fields(payload)

    async def _message(self) -> tuple[wire.Kind, bytes]:
        stdout = self._process.stdout
        kind, length = wire.unpack_head(await stdout.readexactly(wire.HEAD.size))
        payload = await stdout.readexactly(length)
        self.turns += 1
        return kind, payload

    async def _obituary(self) -> DecodeFailed | DecoderLost:
        """Why the process is gone, as a sentence, and whether the file may be to blame."""
        status = await self._process.wait()
        if self._killed_because:
            return DecodeFailed(f"The decoder was stopped: {self._killed_because}.")
        if status == wire.OUT_OF_MEMORY_STATUS:
            return DecodeFailed("The decoder ran out of the memory it may use.")
        if status == wire.NO_TEMPORARY_FILE_STATUS:
            return DecoderLost("The decoder could not keep the file in its temporary folder.")
        if status == -signal.SIGXCPU:
            return DecodeFailed("The decoder used up the time it may compute.")
        if status < 0:
            return DecodeFailed(f"The decoder was ended by {signal.Signals(-status).name}.")
        early = f"The decoder ended with status {status} before it was done."
        # A program that could not be loaded, for one; of a bad file it would have told.
        return DecoderLost(early) if status else DecodeFailed(early)


def _check_format(fields: wire.Fields, source: SourceFormat) -> wire.Format:
    said = wire.Format(
        sample_rate_hertz=fields.number("sample_rate_hertz"),
        channel_count=fields.number("channel_count"),
        samples=fields.number_or_none("samples"),
    )
    if (said.sample_rate_hertz, said.channel_count) != (
        source.sample_rate_hertz,
        source.channel_count,
    ):
        raise DecodeFailed(
            f"The file's header says {source.sample_rate_hertz} Hz and {source.channel_count} "
            f"channels, but {said.sample_rate_hertz} Hz and {said.channel_count} were decoded."
        )
    return said


def _notes(claimed: int | None, samples: int, end: wire.End) -> Iterator[Note]:
    if end.damage:
        yield Note(
            NoteKind.DATA_TRUNCATED,
            f"The file is damaged after {samples} samples, which are kept: {end.damage}",
        )
    elif claimed is not None and samples < claimed:
        yield Note(
            NoteKind.DATA_TRUNCATED,
            f"The file ends after {samples} of the {claimed} samples it claims.",
        )
    if end.limited_samples:
        yield Note(
            NoteKind.SAMPLES_LIMITED,
            f"{end.limited_samples} samples were out of range and were limited.",
        )
