"""When live audio is made safe: in rounds, which many calls share."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from voice_recordings.clock import Clock

Commit = Callable[[], Awaitable[None]]

# Few enough that many calls share a round, and enough that not all fall together.
_EVERY = timedelta(milliseconds=50)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CommitRounds:
    """Rounds of commits, several within the time that audio may wait for one.

    A hundred calls that each woke the loop and the disk for themselves would
    spend more on waking than on writing.
    """

    def __init__(self, clock: Clock, longest: timedelta) -> None:
        self._clock = clock
        self._longest = longest
        self._every = min(_EVERY, longest)
        self._rounds: dict[datetime, list[Commit]] = {}

    def join(self, commit: Commit) -> None:
        """Runs the commit in the last round that does not keep it waiting for too long."""
        latest = self._clock.now() + self._longest
        due = latest - (latest - _EPOCH) % self._every
        if due not in self._rounds:
            self._rounds[due] = []
            self._clock.schedule(due, f"commits of {due}", partial(self._run, due))
        self._rounds[due].append(commit)

    async def _run(self, due: datetime) -> None:
        await asyncio.gather(*(commit() for commit in self._rounds.pop(due)))
