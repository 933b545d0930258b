"""What happened, project by project, to be listed and waited for."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from itertools import count
from typing import Generic, TypeVar

from voice_recordings.errors import Code, VoiceRecordingsError

# Of each project, and of so many projects.
MOST_ENTRIES = 1000
_MOST_PROJECTS = 1000

T = TypeVar("T")


class NotSeen(VoiceRecordingsError):
    """What was waited for has not happened."""

    code = Code.DEADLINE_EXCEEDED
    reason = "NOT_SEEN"


class Journal(Generic[T]):
    """Keeps the last entries of each project, in the order they were made."""

    def __init__(self) -> None:
        self._entries: OrderedDict[str, deque[tuple[int, T]]] = OrderedDict()
        self._numbers = count()
        self._changed = asyncio.Condition()

    def add(self, project: str, entry: T) -> None:
        """Keeps an entry; tell by `changed` once it is complete."""
        entries = self._entries.setdefault(project, deque(maxlen=MOST_ENTRIES))
        entries.append((next(self._numbers), entry))
        while len(self._entries) > _MOST_PROJECTS:
            self._entries.popitem(last=False)

    async def changed(self) -> None:
        """Wakes those who wait."""
        async with self._changed:
            self._changed.notify_all()

    def entries(self, project: str | None, matches: Callable[[T], bool]) -> list[T]:
        """The last entries that match, oldest first, of one project or all."""
        if project is not None:
            found = list(self._entries.get(project, ()))
        else:
            found = sorted(
                (numbered for entries in self._entries.values() for numbered in entries),
                key=lambda numbered: numbered[0],
            )
        return [entry for _, entry in found if matches(entry)][-MOST_ENTRIES:]

    async def wait(
        self, project: str | None, matches: Callable[[T], bool], *, number: int, seconds: float
    ) -> list[T]:
        """The entries that match, as soon as there are so many.

        Raises `NotSeen` after so much real time: what is waited for comes over
        the wire, which no clock of ours moves.
        """

        def enough() -> bool:
            return len(self.entries(project, matches)) >= number

        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(enough)
        except TimeoutError:
            seen = len(self.entries(project, matches))
            raise NotSeen(f"{seen} of {number} were seen in {seconds:g} s") from None
        return self.entries(project, matches)

    def forget(self, project: str | None) -> None:
        """Drops the entries of a project, or all."""
        if project is None:
            self._entries.clear()
        else:
            self._entries.pop(project, None)
