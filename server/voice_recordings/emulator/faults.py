"""Faults by plan: which calls meet them, and the account of those that did."""

import asyncio
import itertools
import random
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from voice_recordings.clock import Clock
from voice_recordings.emulator.methods import Method
from voice_recordings.errors import Code, VoiceRecordingsError
from voicerecordings.emulator.v1 import fault_pb2

_KEPT_FIRINGS = 100


class FaultNotFound(VoiceRecordingsError):
    """There is no such fault."""

    code = Code.NOT_FOUND
    reason = "FAULT_NOT_FOUND"


@dataclass(frozen=True, slots=True)
class Firing:
    """A call that met a fault."""

    time: datetime
    method: str
    door: "fault_pb2.Door"
    call: int


@dataclass(slots=True)
class Planned:
    """A fault that has been checked, and what has become of it."""

    name: str
    plan: fault_pb2.Fault
    method: Method
    project: str | None
    chances: random.Random
    matched: int = 0
    fired: int = 0
    firings: deque[Firing] = field(default_factory=lambda: deque(maxlen=_KEPT_FIRINGS))
    released: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def delay(self) -> timedelta:
        """How long a call waits first."""
        return self.plan.delay.ToTimedelta()

    @property
    def still_to_come(self) -> int:
        """How many failures are planned for certain and have not happened."""
        return self.plan.calls.count - self.fired if self.plan.HasField("calls") else 0

    def concerns(self, method: str, door: int) -> bool:
        """Whether calls of this method that come this way may meet it."""
        doors = (fault_pb2.DOOR_UNSPECIFIED, door)
        return self.method.name == method and self.plan.door in doors

    def strikes(self) -> bool:
        """Counts a call that matches, and tells whether it fails."""
        self.matched += 1
        if self.plan.HasField("calls"):
            first = self.plan.calls.first
            return first <= self.matched < first + self.plan.calls.count
        if self.plan.HasField("chance"):
            return self.chances.random() < self.plan.chance.probability
        return True

    def message(self) -> fault_pb2.Fault:
        """The plan with its account."""
        told = fault_pb2.Fault()
        told.CopyFrom(self.plan)
        told.name = self.name
        told.matched_count = self.matched
        told.fired_count = self.fired
        told.pending = self.still_to_come > 0
        for firing in self.firings:
            entry = told.firings.add(method=firing.method, door=firing.door, call=firing.call)
            entry.time.FromDatetime(firing.time)
        return told


class Faults:
    """All that is planned, in order."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._numbers = itertools.count(1)
        self._planned: dict[str, Planned] = {}

    def add(self, plan: fault_pb2.Fault, method: Method, project: str | None) -> Planned:
        """Takes a plan that has been checked."""
        name = f"faults/{next(self._numbers)}"
        chances = random.Random(plan.chance.seed)  # noqa: S311 - chances that repeat
        planned = self._planned[name] = Planned(name, plan, method, project, chances)
        return planned

    def concern(self, method: str, door: int) -> bool:
        """Whether any plan is about calls of this method that come this way."""
        return any(planned.concerns(method, door) for planned in self._planned.values())

    def meet(self, method: str, door: "fault_pb2.Door", project: str | None) -> Planned | None:
        """The fault that a call meets, if it meets one; counted at once."""
        for planned in self._planned.values():
            if not planned.concerns(method, door):
                continue
            if planned.project is not None and planned.project != project:
                continue
            if planned.strikes():
                planned.fired += 1
                planned.firings.append(Firing(self._clock.now(), method, door, planned.matched))
                return planned
        return None

    def all(self, project: str | None) -> Iterable[Planned]:
        """The plans for a project, or all, in order."""
        return [
            planned
            for planned in self._planned.values()
            if project is None or planned.project == project
        ]

    def delete(self, name: str) -> None:
        """Takes a plan back, and lets go of the calls it holds. Raises `FaultNotFound`."""
        planned = self._planned.pop(name, None)
        if planned is None:
            raise FaultNotFound(resource=("Fault", name))
        planned.released.set()

    def forget(self, project: str | None) -> None:
        """Takes back the plans for a project, or all."""
        for planned in self.all(project):
            self.delete(planned.name)
