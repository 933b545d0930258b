"""Who may be sent to now: so many at a time in all and to each receiver, and no queue-jumping.

A receiver is an origin (scheme, host, port). One that answers has a full lane;
one that did not answer last time is sent one webhook at a time until it does,
so that receivers that hang cannot fill the road.
"""

from collections import Counter, deque
from typing import Generic, TypeVar

MOST_IN_ALL = 512
# What a receiver has been sent is sent again if the process dies before that is written
# down. Eight bring a quick one 5 % more a second, and send twice as many twice.
MOST_PER_RECEIVER = 4

T = TypeVar("T")


class Lanes(Generic[T]):
    """Webhooks waiting and under way, by receiver. Pure: it neither sends nor waits."""

    def __init__(self, *, in_all: int = MOST_IN_ALL, per_receiver: int = MOST_PER_RECEIVER) -> None:
        self._in_all = in_all
        self._per_receiver = per_receiver
        self._waiting: dict[str, deque[T]] = {}
        self._under_way: Counter[str] = Counter()
        self._silent: set[str] = set()

    @property
    def room(self) -> int:
        """How many more may be under way or waiting in all."""
        return max(0, self._in_all - self._under_way.total() - self.waiting)

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return sum(len(lane) for lane in self._waiting.values())

    @property
    def full(self) -> frozenset[str]:
        """Receivers for which nothing more should be brought."""
        return frozenset(self._waiting) | frozenset(
            receiver for receiver in self._under_way if not self._has_room(receiver)
        )

    def add(self, receiver: str, item: T) -> None:
        """Puts a webhook at the end of its receiver's lane."""
        self._waiting.setdefault(receiver, deque()).append(item)

    def start(self) -> list[tuple[str, T]]:
        """Takes what may be sent now, each receiver in turn."""
        started = []
        moved = True
        while moved and self._under_way.total() < self._in_all:
            moved = False
            for receiver in list(self._waiting):
                if self._under_way.total() >= self._in_all:
                    break
                if self._has_room(receiver):
                    started.append((receiver, self._take(receiver)))
                    moved = True
        return started

    def done(self, receiver: str, *, answered: bool) -> None:
        """Says that a webhook is no longer under way, and whether the receiver spoke."""
        self._under_way[receiver] -= 1
        if not self._under_way[receiver]:
            del self._under_way[receiver]
        if answered:
            self._silent.discard(receiver)
        else:
            self._silent.add(receiver)

    def empty(self) -> list[T]:
        """Takes everything that waits out of its lane."""
        left = [item for lane in self._waiting.values() for item in lane]
        self._waiting.clear()
        return left

    def _has_room(self, receiver: str) -> bool:
        most = 1 if receiver in self._silent else self._per_receiver
        return self._under_way[receiver] < most

    def _take(self, receiver: str) -> T:
        lane = self._waiting[receiver]
        item = lane.popleft()
        if not lane:
            del self._waiting[receiver]
        self._under_way[receiver] += 1
        return item
