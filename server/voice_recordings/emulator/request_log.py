"""What clients asked, with what they were prepared to wait, and how they tried again."""

import base64
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf import text_format
from google.protobuf.json_format import MessageToDict, SerializeToJsonError
from google.protobuf.message import Message

from voice_recordings.emulator.clock import EmulatorClock
from voice_recordings.emulator.journal import Journal
from voicerecordings.emulator.v1 import fault_pb2, request_log_pb2

Metadata = Iterable[tuple[str, str | bytes]]

_MOST_TRIES = 10_000
_ANY = ""


@dataclass(slots=True)
class _Try:
    """The last time a request was made."""

    attempt: int
    answered_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Logged:
    """An entry being made."""

    entry: request_log_pb2.LoggedRequest
    key: tuple[str, int, str, bytes]


class RequestLog:
    """Keeps the last requests of each project."""

    def __init__(self, clock: EmulatorClock) -> None:
        self._clock = clock
        self._journal: Journal[request_log_pb2.LoggedRequest] = Journal()
        self._tries: OrderedDict[tuple[str, int, str, bytes], _Try] = OrderedDict()

    def begin(
        self,
        method: str,
        door: "fault_pb2.Door",
        project: str | None,
        *,
        message: Message | None = None,
        metadata: Metadata = (),
        deadline_seconds: float | None = None,
    ) -> Logged:
        """Notes a request that has come in."""
        entry = request_log_pb2.LoggedRequest(
            method=method, door=door, project=f"projects/{project}" if project else ""
        )
        entry.time.FromDatetime(self._clock.now())
        shown = _without_audio(message) if message is not None else None
        if shown is not None:
            entry.message.update(_as_json(shown))
        for header, value in metadata:
            text = value if isinstance(value, str) else base64.b64encode(value).decode()
            entry.metadata.add(key=header, value=text)
        if deadline_seconds is not None:
            entry.deadline.FromNanoseconds(int(deadline_seconds * 1e9))
        content = shown.SerializeToString(deterministic=True) if shown is not None else b""
        key = (method, int(door), project or _ANY, content)
        self._count(key, entry)
        self._journal.add(project or _ANY, entry)
        return Logged(entry, key)

    async def end(self, logged: Logged, code: grpc.StatusCode) -> None:
        """Notes how it went."""
        logged.entry.code = code.value[0]
        logged.entry.ended = True
        if code is grpc.StatusCode.OK:
            # What comes after a success is another request, not another try.
            self._tries.pop(logged.key, None)
        elif logged.key in self._tries:
            self._tries[logged.key].answered_seconds = self._clock.elapsed_seconds()
        await self._journal.changed()

    def entries(
        self, project: str | None, matches: Callable[[request_log_pb2.LoggedRequest], bool]
    ) -> list[request_log_pb2.LoggedRequest]:
        """The last ones that match."""
        return self._journal.entries(project, matches)

    async def wait(
        self,
        project: str | None,
        matches: Callable[[request_log_pb2.LoggedRequest], bool],
        *,
        number: int,
        seconds: float,
    ) -> list[request_log_pb2.LoggedRequest]:
        """Those that match and have ended, when there are so many; raises `NotSeen`."""
        return await self._journal.wait(
            project, lambda entry: entry.ended and matches(entry), number=number, seconds=seconds
        )

    def forget(self, project: str | None) -> None:
        """Drops the requests of a project, or all."""
        self._journal.forget(project)
        for key in [key for key in self._tries if project is None or key[2] == project]:
            del self._tries[key]

    def _count(
        self, key: tuple[str, int, str, bytes], entry: request_log_pb2.LoggedRequest
    ) -> None:
        last = self._tries.setdefault(key, _Try(0))
        last.attempt += 1
        entry.attempt = last.attempt
        if last.answered_seconds is not None:
            since = self._clock.elapsed_seconds() - last.answered_seconds
            entry.since_last_try.FromNanoseconds(int(since * 1e9))
        self._tries.move_to_end(key)
        if len(self._tries) > _MOST_TRIES:
            self._tries.popitem(last=False)


def _as_json(message: Message) -> dict[str, Any]:
    """The message as JSON; what has no JSON, such as a time beyond the year 9999, as text."""
    try:
        return MessageToDict(message)
    except SerializeToJsonError:
        # Whoever asked so is told by the method itself.
        fields: dict[str, Any] = {}
        for field, _ in message.ListFields():
            alone = type(message)()
            alone.CopyFrom(message)
            for other, _ in message.ListFields():
                if other is not field:
                    alone.ClearField(other.name)
            try:
                fields |= MessageToDict(alone)
            except SerializeToJsonError:
                fields[field.json_name] = text_format.MessageToString(alone, as_one_line=True)
        return fields


def _without_audio(message: Message) -> Message:
    """A copy of a request, without the bytes that are the audio itself."""
    large = [field.name for field, _ in message.ListFields() if field.name in ("audio", "file")]
    shown = type(message)()
    shown.CopyFrom(message)
    for name in large:
        shown.ClearField(name)
    return shown
