"""A clock that tests hold in their hands: real until it is frozen, set or advanced."""

import asyncio
import contextlib
import enum
import heapq
import itertools
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from voice_recordings.clock import Job, run_logged
from voice_recordings.errors import InvalidArgument

# So many events a move, and then it says that there are more.
MOST_EVENTS = 100_000
LONGEST_MOVE = timedelta(days=36_525)
# Room for whatever reckons with times to come.
_LAST = datetime(9000, 1, 1, tzinfo=UTC)

# Upkeep by the first word of its key, in the order it is made up for: leases
# are renewed before anybody looks for those that have lapsed.
_UPKEEP = ("lease", "take-over")
_BREATHE_EVERY = 64
# Jobs that were replaced or cancelled stay in their queue until it is tidied.
_MOST_VOID = 1024


class Kind(enum.Enum):
    """What falls due; the words of `ClockAdvanced.Event.Kind`."""

    KIND_UNSPECIFIED = "other"
    TIMEOUT = "deadline"
    LINK_EXPIRED = "link"
    WEBHOOK_ATTEMPT = "webhook"
    LEASE_RENEWED = "lease"
    TAKE_OVER = "take-over"
    SIMULATION_ENDED = "simulated"
    LIVE_RECORDING = "live"


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that fell due while the clock was moved on."""

    time: datetime
    kind: Kind
    subject: str


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move of the clock came to."""

    happenings: tuple[Happening, ...]
    incomplete: bool


@dataclass(frozen=True, slots=True, order=True)
class _Entry:
    due: datetime
    order: int
    key: str

    @property
    def word(self) -> str:
        return self.key.partition(" ")[0]


async def _at_once() -> None:
    """Waits for nothing."""


class EmulatorClock:
    """A `Clock` that runs at the machine's pace until it is told to stand, and may be moved on.

    Upkeep that repeats every few seconds is made up for once before each other
    event of a move, so that moving on by a year costs what happens in it.
    """

    def __init__(self, machine: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._machine = machine
        self._last = machine()
        self._ahead = timedelta(0)
        self._standing: datetime | None = None
        self._jobs: dict[str, tuple[_Entry, Job]] = {}
        # Upkeep lies apart from what else falls due. Entries that are not in
        # `_jobs` any more are void.
        self._queues: dict[bool, list[_Entry]] = {True: [], False: []}
        self._order = itertools.count()
        self._timer: asyncio.TimerHandle | None = None
        self._running: set[asyncio.Task[None]] = set()
        self._moving = asyncio.Lock()
        self._settled: Callable[[], Awaitable[None]] = _at_once
        self._happenings: list[Happening] | None = None

    def settle_by(self, settled: Callable[[], Awaitable[None]]) -> None:
        """Has every move wait for what this waits for, before each step it takes."""
        self._settled = settled

    @property
    def frozen(self) -> bool:
        """Whether it stands still."""
        return self._standing is not None

    @property
    def waiting(self) -> int:
        """How many jobs wait for their time."""
        return len(self._jobs)

    def now(self) -> datetime:
        """The time, in UTC; never goes backwards but by `rewind`."""
        if self._standing is not None:
            return self._standing
        self._last = max(self._last, self._machine() + self._ahead)
        return self._last

    @staticmethod
    def elapsed_seconds() -> float:
        """Real time, from no particular moment: what clients' deadlines are measured in."""
        return time.monotonic()

    @staticmethod
    async def pause(released: asyncio.Event, seconds: float) -> None:
        """Waits so much real time, or until released."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await released.wait()

    def schedule(self, due: datetime, key: str, job: Job) -> None:
        """Runs the job at `due`; see `Clock.schedule`."""
        entry = _Entry(due, next(self._order), key)
        self._jobs[key] = (entry, job)
        queue = self._queues[entry.word in _UPKEEP]
        heapq.heappush(queue, entry)
        if len(queue) > 2 * len(self._jobs) + _MOST_VOID:
            queue[:] = sorted(entry for entry in queue if self._is_valid(entry))
        self._set_timer()

    def cancel(self, key: str) -> None:
        """Forgets the job of this key, if it has not begun."""
        self._jobs.pop(key, None)

    def forget(self, subject: str) -> None:
        """Forgets every job whose key holds this."""
        for key in [key for key in self._jobs if subject in key]:
            del self._jobs[key]

    async def close(self) -> None:
        """Forgets every job and cancels those that have begun."""
        self._jobs.clear()
        self._set_timer()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def freeze(self) -> None:
        """Stands still from now on."""
        self._standing = self.now()
        self._set_timer()

    def resume(self) -> None:
        """Runs at the machine's pace from where it stands."""
        if self._standing is not None:
            self._last = self._standing
            self._ahead = self._standing - self._machine()
            self._standing = None
            self._set_timer()

    def machine_time(self) -> datetime:
        """The time where it is when nobody holds it."""
        return self._machine()

    def rewind(self) -> None:
        """Runs with the machine's time again; what waits keeps its distance from now."""
        before = self.now()
        self._standing, self._ahead = None, timedelta(0)
        self._last = self._machine()
        shift = self._last - before
        waiting = sorted(self._jobs.values(), key=lambda waiting: waiting[0])
        self._queues = {True: [], False: []}
        for entry, job in waiting:
            self.schedule(entry.due + shift, entry.key, job)

    async def leap(self, until: datetime) -> None:
        """Moves on, running or standing as before; what falls due runs in its own time."""
        async with self._moving:
            ahead = max(timedelta(0), until - self.now())
            if self._standing is not None:
                self._standing += ahead
            else:
                self._ahead += ahead
                self._set_timer()

    async def advance(self, span: timedelta) -> Moved:
        """Moves on by a span and stands; see `move_to`."""
        if span < timedelta(0):
            raise InvalidArgument.of("duration", "the clock never goes backwards")
        if span > LONGEST_MOVE:
            raise InvalidArgument.of("duration", "is longer than 100 years")
        async with self._moving:
            if self.now() + span > _LAST:
                raise InvalidArgument.of("duration", "leads beyond the year 9000")
            return await self._move(self.now() + span)

    async def move_to(self, until: datetime) -> Moved:
        """Runs everything due up to a time, in order, each job at its own time, and stands there.

        Raises `InvalidArgument` for a time that is past, or too far away.
        """
        async with self._moving:
            if until < self.now():
                raise InvalidArgument.of("time", "the clock never goes backwards")
            if until - self.now() > LONGEST_MOVE:
                raise InvalidArgument.of("time", "is more than 100 years away")
            if until > _LAST:
                raise InvalidArgument.of("time", "is beyond the year 9000")
            return await self._move(until)

    def note(self, kind: Kind, subject: str) -> None:
        """Tells of something that happens while the clock is being moved."""
        if self._happenings is not None:
            self._happenings.append(Happening(self.now(), kind, subject))

    async def _move(self, until: datetime) -> Moved:
        self.freeze()
        # What is under way began at the time it is now, and ends at it.
        await self._settled()
        happened: list[Happening] = []
        self._happenings = happened
        try:
            for steps in itertools.count(1):
                entry = self._first(upkeep=False)
                last = entry is None or entry.due > until
                self._stand_at(until if entry is None or last else entry.due)
                await self._upkeep()
                if not last:
                    await self._next(self.now())
                elif not self._is_due(until):
                    return Moved(tuple(happened), incomplete=False)
                if len(happened) >= MOST_EVENTS or steps >= MOST_EVENTS:
                    return Moved(tuple(happened), incomplete=True)
                if steps % _BREATHE_EVERY == 0:
                    await asyncio.sleep(0)
        finally:
            self._happenings = None
        raise AssertionError("the count has no end")

    def _stand_at(self, time: datetime) -> None:
        self._standing = max(self.now(), time)

    def _is_due(self, until: datetime) -> bool:
        """Whether upkeep has brought something up."""
        entry = self._first(upkeep=False)
        return entry is not None and entry.due <= until

    async def _upkeep(self) -> None:
        """Runs the upkeep that is due, each job once."""
        due = []
        while (entry := self._first(upkeep=True)) and entry.due <= self.now():
            heapq.heappop(self._queues[True])
            due.append((_UPKEEP.index(entry.word), entry, self._jobs.pop(entry.key)[1]))
        for _, entry, job in sorted(due, key=lambda each: each[:2]):
            await self._run(entry, job)

    async def _next(self, until: datetime) -> None:
        entry = self._first(upkeep=False)
        if entry is not None and entry.due <= until:
            heapq.heappop(self._queues[False])
            await self._run(entry, self._jobs.pop(entry.key)[1])

    async def _run(self, entry: _Entry, job: Job) -> None:
        # The deliverer's key only wakes it; the attempts it makes tell of themselves.
        if entry.word != "webhooks":
            words = Kind._value2member_map_
            kind = Kind(entry.word) if entry.word in words else Kind.KIND_UNSPECIFIED
            self.note(kind, entry.key.partition(" ")[2] if entry.word in words else entry.key)
        await run_logged(entry.key, job)
        await self._settled()

    def _first(self, *, upkeep: bool) -> _Entry | None:
        queue = self._queues[upkeep]
        while queue:
            if self._is_valid(queue[0]):
                return queue[0]
            heapq.heappop(queue)
        return None

    def _is_valid(self, entry: _Entry) -> bool:
        kept = self._jobs.get(entry.key)
        return kept is not None and kept[0] is entry

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        firsts = [entry for upkeep in (True, False) if (entry := self._first(upkeep=upkeep))]
        if not self.frozen and firsts:
            delay = (min(firsts).due - self.now()).total_seconds()
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(0.0, delay), self._tick)

    def _tick(self) -> None:
        """Begins what is due, as a clock does that nobody moves."""
        for upkeep in (True, False):
            while (entry := self._first(upkeep=upkeep)) and entry.due <= self.now():
                heapq.heappop(self._queues[upkeep])
                task = asyncio.ensure_future(run_logged(entry.key, self._jobs.pop(entry.key)[1]))
                self._running.add(task)
                task.add_done_callback(self._running.discard)
        self._set_timer()
