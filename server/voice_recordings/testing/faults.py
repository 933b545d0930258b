"""Things that go wrong on purpose, and the proof that they did."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict, Unpack

import grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message
from google.rpc.status_pb2 import Status

from voice_recordings.testing.connection import Connection
from voicerecordings.emulator.v1 import fault_pb2


class When(TypedDict, total=False):
    """Which calls fail: the `first` of them and `times` in a row, unless otherwise said."""

    times: int
    first: int
    always: bool
    probability: float
    seed: int
    door: str
    """GRPC, REST or MEDIA."""
    after_seconds: float
    """How long a call waits before it fails."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that has been planned."""

    name: str
    _connection: Connection

    def account(self) -> fault_pb2.Fault:
        """The plan, and what has become of it."""
        for fault in _listed(self._connection, "").faults:
            if fault.name == self.name:
                return fault
        raise LookupError(f"{self.name} has been taken back")

    @property
    def fired(self) -> int:
        """How many calls failed."""
        return self.account().fired_count

    @property
    def matched(self) -> int:
        """How many calls were counted."""
        return self.account().matched_count

    def delete(self) -> None:
        """Takes it back; calls it holds up go on."""
        request = fault_pb2.DeleteFaultRequest(name=self.name)
        self._connection.ask("DeleteFault", request)


class Faults:
    """Plans faults, for one project or for all.

    A method is `GetRecording`, its full name, or `Download` for a link.
    """

    def __init__(self, connection: Connection, project: str = "") -> None:
        self._connection = connection
        self._project = project

    def fail(
        self,
        method: str,
        code: str,
        message: str = "",
        *,
        details: Sequence[Message] = (),
        **when: Unpack[When],
    ) -> Fault:
        """Calls are refused with a status: `fail("GetRecording", "UNAVAILABLE", times=2)`."""
        if code not in grpc.StatusCode.__members__:
            raise ValueError(f"{code!r} is no code of gRPC's, such as UNAVAILABLE")
        status = Status(code=grpc.StatusCode[code].value[0], message=message)
        for detail in details:
            packed = Any()
            packed.Pack(detail)
            status.details.append(packed)
        return self.plan(fault_pb2.Fault(method=method, status=status), **when)

    def delay(self, method: str, seconds: float, **when: Unpack[When]) -> Fault:
        """Calls wait so much real time, and then go on."""
        when["after_seconds"] = seconds
        return self.plan(fault_pb2.Fault(method=method), **when)

    def stall(self, method: str, **when: Unpack[When]) -> Fault:
        """Calls are held until their clients give up, or the fault is deleted."""
        return self.plan(fault_pb2.Fault(method=method, stall=Empty()), **when)

    def cut(self, method: str, after_bytes: int, **when: Unpack[When]) -> Fault:
        """Connections end after so many bytes of the answer."""
        return self.plan(fault_pb2.Fault(method=method, cut_after_bytes=after_bytes), **when)

    def corrupt(self, method: str, **when: Unpack[When]) -> Fault:
        """Answers are not what they should be."""
        return self.plan(fault_pb2.Fault(method=method, corrupt=Empty()), **when)

    def drop(self, method: str, **when: Unpack[When]) -> Fault:
        """Connections end without an answer."""
        return self.plan(fault_pb2.Fault(method=method, drop=Empty()), **when)

    def plan(self, fault: fault_pb2.Fault, **when: Unpack[When]) -> Fault:
        """Plans a fault of any kind. Raises TypeError for a word that `When` has not."""
        unknown = when.keys() - When.__annotations__.keys()
        if unknown:
            known = ", ".join(sorted(When.__annotations__))
            raise TypeError(f"no fault has {', '.join(sorted(unknown))}; there are {known}")
        if when.get("times") == 0:
            raise ValueError("a fault of no calls is none: times must be 1 or more")
        whole = fault_pb2.Fault(project=self._project)
        whole.MergeFrom(fault)
        if when.get("always"):
            whole.always = True
        elif "probability" in when:
            whole.chance.probability = when["probability"]
            whole.chance.seed = when.get("seed", 0)
        else:
            whole.calls.first = when.get("first", 1)
            whole.calls.count = when.get("times", 1)
        if "door" in when:
            whole.MergeFrom(fault_pb2.Fault(door=when["door"]))
        if "after_seconds" in when:
            whole.delay.FromNanoseconds(int(when["after_seconds"] * 1e9))
        request = fault_pb2.AddFaultRequest(fault=whole)
        planned = self._connection.ask("AddFault", request)
        return Fault(planned.name, self._connection)

    def list(self) -> Sequence[fault_pb2.Fault]:
        """Every plan, with what has become of it."""
        return _listed(self._connection, self._project).faults

    def check_all_fired(self) -> None:
        """Raises AssertionError if a planned failure has not happened."""
        pending = [
            f"{fault.method} ({fault.WhichOneof('effect') or 'delay'}): "
            f"{fault.fired_count} of {fault.calls.count}"
            for fault in self.list()
            if fault.pending
        ]
        if pending:
            raise AssertionError(f"planned faults have not fired: {', '.join(pending)}")


def _listed(connection: Connection, project: str) -> fault_pb2.ListFaultsResponse:
    request = fault_pb2.ListFaultsRequest(project=project)
    answer: fault_pb2.ListFaultsResponse = connection.ask("ListFaults", request)
    return answer
