"""The ports, with an eye on what passes through them: how long, how much, how it ended.

Everything that happens to a recording goes through its store, so that this is
the one place to count it, and no room has to think of figures.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar, cast

from voice_recordings.recordings.delivery import Attempt, Delivery
from voice_recordings.recordings.media import Segment
from voice_recordings.recordings.outbox import Claim
from voice_recordings.recordings.ports import Spool, SpoolWriter
from voice_recordings.recordings.recording import Recording
from voice_recordings.storage.opening import OpenStores
from voice_recordings.telemetry.metrics import Metrics

Port = TypeVar("Port")

_STORE_METHODS = ("create", "get", "find", "session", "page", "delete", "renew", "take_over", "end")
_OUTBOX_METHODS = ("claim", "record")


def watched(stores: OpenStores, metrics: Metrics) -> OpenStores:
    """The same stores, counted and timed."""
    spool = WatchedSpool(stores.spool, metrics)

    def ended(recording: Any) -> None:
        _count_ending(recording, metrics)
        spool.ended(recording.media_key)

    def deleted(recording: Recording | None) -> None:
        if recording is not None:
            spool.forget(recording.media_key)

    return replace(
        stores,
        recordings=_timed(
            stores.recordings, metrics, _STORE_METHODS, {"end": ended, "delete": deleted}
        ),
        outbox=_timed(
            stores.outbox,
            metrics,
            _OUTBOX_METHODS,
            {"record": lambda delivery: _count_attempt(delivery, metrics)},
            {"record": lambda claim, attempt, _: _time_attempt(claim, attempt, metrics)},
        ),
        spool=spool,
    )


class WatchedSpool:
    """A `Spool` that counts committed bytes and remembers when each recording's last one was."""

    def __init__(self, spool: Spool, metrics: Metrics) -> None:
        self._spool = spool
        self._metrics = metrics
        self._last_commit: dict[str, float] = {}

    @property
    def commit_seconds(self) -> float:
        """See `Spool.commit_seconds`."""
        return self._spool.commit_seconds

    async def open(self, key: str) -> SpoolWriter:
        """See `Spool.open`."""
        return _WatchedWriter(await self._spool.open(key), key.rpartition("/")[0], self)

    async def read(self, key: str, start: int, end: int) -> bytes:
        """See `Spool.read`."""
        return await self._spool.read(key, start, end)

    async def size(self, key: str) -> int:
        """See `Spool.size`."""
        return await self._spool.size(key)

    async def segments(self, key: str, start: int, end: int) -> tuple[Segment, ...]:
        """See `Spool.segments`."""
        return await self._spool.segments(key, start, end)

    def committed(self, folder: str, byte_count: int) -> None:
        """So many bytes more are safe."""
        self._metrics.committed_bytes.inc(byte_count)
        self._last_commit[folder] = time.perf_counter()

    def ended(self, folder: str) -> None:
        """Its recording has ended: tells how long that was after the last byte."""
        last = self._last_commit.pop(folder, None)
        if last is not None:
            self._metrics.processing_seconds.observe(time.perf_counter() - last)

    def forget(self, folder: str) -> None:
        """The recording is gone."""
        self._last_commit.pop(folder, None)


class _WatchedWriter:
    """A `SpoolWriter` that tells of its commits."""

    def __init__(self, writer: SpoolWriter, folder: str, spool: WatchedSpool) -> None:
        self._writer = writer
        self._folder = folder
        self._spool = spool
        self._committed = writer.appended_bytes

    @property
    def appended_bytes(self) -> int:
        return self._writer.appended_bytes

    async def append(self, data: bytes) -> None:
        await self._writer.append(data)

    async def commit(self, data: bytes = b"") -> int:
        committed = await self._writer.commit(data)
        self._spool.committed(self._folder, max(0, committed - self._committed))
        self._committed = committed
        return committed

    async def close(self) -> None:
        await self._writer.close()


def _timed(
    port: Port,
    metrics: Metrics,
    methods: tuple[str, ...],
    after: dict[str, Callable[[Any], None]],
    before: dict[str, Callable[..., None]] | None = None,
) -> Port:
    """The port with these methods timed.

    `before` is told what each is given, and `after` what it gave.
    """
    timed = {
        name: _timing(
            getattr(port, name),
            metrics.store_seconds.labels(name).observe,
            after.get(name),
            (before or {}).get(name),
        )
        for name in methods
    }
    # A port is a Protocol: whatever answers to its methods is one.
    return cast("Port", _Timed(port, timed))


class _Timed:
    """What it wraps, but for the methods it has itself."""

    def __init__(self, port: object, methods: dict[str, Callable[..., Awaitable[Any]]]) -> None:
        self._port = port
        vars(self).update(methods)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._port, name)


def _timing(
    method: Callable[..., Awaitable[Any]],
    observe: Callable[[float], None],
    after: Callable[[Any], None] | None,
    before: Callable[..., None] | None,
) -> Callable[..., Awaitable[Any]]:
    async def timed(*args: Any, **values: Any) -> Any:
        if before is not None:
            before(*args, **values)
        began = time.perf_counter()
        try:
            result = await method(*args, **values)
        finally:
            observe(time.perf_counter() - began)
        if after is not None:
            after(result)
        return result

    return timed


def _count_ending(recording: Recording, metrics: Metrics) -> None:
    if recording.ending is not None:
        metrics.recordings_ended.labels(recording.state.value, recording.ending.reason.value).inc()


def _time_attempt(claim: Claim, attempt: Attempt, metrics: Metrics) -> None:
    due = claim.delivery.next_attempt_time
    if due is not None:
        metrics.webhook_lag_seconds.observe(max(0.0, (attempt.start_time - due).total_seconds()))


def _count_attempt(delivery: Delivery, metrics: Metrics) -> None:
    metrics.webhook_attempts.labels(
        "delivered" if delivery.attempts[-1].is_success else "failed"
    ).inc()
    if delivery.next_attempt_time is None and not delivery.attempts[-1].is_success:
        metrics.webhooks_given_up.inc()
