"""The controls: voicerecordings.emulator.v1.Emulator."""
# ruff: noqa: N802 - the contract's names

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

from google.protobuf.duration_pb2 import Duration
from google.protobuf.empty_pb2 import Empty
from grpc.aio import ServicerContext

from enfonica.voice.v1beta1 import recordings_pb2
from voice_recordings.access.permissions import ROLES
from voice_recordings.emulator import state
from voice_recordings.emulator.callers import key_file, token_of
from voice_recordings.emulator.clock import LONGEST_MOVE, EmulatorClock
from voice_recordings.emulator.clock_messages import clock_message, moved_message
from voice_recordings.emulator.emulation import Emulation
from voice_recordings.emulator.fault_messages import checked
from voice_recordings.emulator.projects import project_of
from voice_recordings.emulator.simulation_messages import order_of, span_of
from voice_recordings.errors import DeliveryNotFound, InvalidArgument, RecordingNotFound
from voice_recordings.recordings.names import RecordingName
from voice_recordings.rpc.messages import recording_message, time_of, timestamp
from voicerecordings.emulator.v1 import (
    clock_pb2,
    emulator_pb2_grpc,
    fault_pb2,
    request_log_pb2,
    simulation_pb2,
    state_pb2,
    webhook_attempt_pb2,
)

Context = ServicerContext[Any, Any]

_PIECE_BYTES = 256 * 1024
_LONGEST_WAIT = timedelta(minutes=10)
_WAIT_SECONDS = 10.0
# An attempt may take 15 s, and one that is under way comes first.
_REDELIVERY_SECONDS = 35.0
_MOST_WAITED_FOR = 1000


class EmulatorServicer(emulator_pb2_grpc.EmulatorServicer):
    """Does what a test asks for."""

    def __init__(self, emulation: Emulation) -> None:
        self._emulation = emulation

    @property
    def _clock(self) -> EmulatorClock:
        return self._emulation.clock

    async def SimulateRecording(
        self, request: simulation_pb2.SimulateRecordingRequest, context: Context
    ) -> recordings_pb2.Recording:
        """Makes a recording."""
        del context
        recording = await self._emulation.simulator.simulate(order_of(request))
        return recording_message(recording, self._emulation.house.link)

    async def EndRecording(
        self, request: simulation_pb2.EndRecordingRequest, context: Context
    ) -> recordings_pb2.Recording:
        """Ends a simulated recording."""
        del context
        ended = await self._emulation.simulator.end(RecordingName.parse(request.name))
        return recording_message(ended, self._emulation.house.link)

    async def GetClock(
        self, request: clock_pb2.GetClockRequest, context: Context
    ) -> clock_pb2.Clock:
        """Reads the clock."""
        del request, context
        return clock_message(self._clock)

    async def FreezeClock(
        self, request: clock_pb2.FreezeClockRequest, context: Context
    ) -> clock_pb2.Clock:
        """Stops the clock."""
        del request, context
        self._clock.freeze()
        return clock_message(self._clock)

    async def ResumeClock(
        self, request: clock_pb2.ResumeClockRequest, context: Context
    ) -> clock_pb2.Clock:
        """Lets the clock run."""
        del context
        if request.rewind:
            self._emulation.rewind()
        else:
            self._clock.resume()
        return clock_message(self._clock)

    async def SetClock(
        self, request: clock_pb2.SetClockRequest, context: Context
    ) -> clock_pb2.ClockAdvanced:
        """Moves the clock to a time."""
        del context
        if not request.HasField("time"):
            raise InvalidArgument.of("time", "is required")
        moved = await self._clock.move_to(time_of(request.time, "time"))
        return moved_message(moved, self._clock)

    async def AdvanceClock(
        self, request: clock_pb2.AdvanceClockRequest, context: Context
    ) -> clock_pb2.ClockAdvanced:
        """Moves the clock on."""
        del context
        if not request.HasField("duration"):
            raise InvalidArgument.of("duration", "is required")
        span = span_of(request.duration, "duration", longest=LONGEST_MOVE)
        return moved_message(await self._clock.advance(span), self._clock)

    async def AddFault(
        self, request: fault_pb2.AddFaultRequest, context: Context
    ) -> fault_pb2.Fault:
        """Plans a fault."""
        del context
        plan, method, project = checked(request.fault, self._emulation.methods)
        return self._emulation.faults.add(plan, method, project).message()

    async def ListFaults(
        self, request: fault_pb2.ListFaultsRequest, context: Context
    ) -> fault_pb2.ListFaultsResponse:
        """Tells what has fired."""
        del context
        planned = self._emulation.faults.all(_project(request.project))
        return fault_pb2.ListFaultsResponse(
            faults=[each.message() for each in planned],
            pending_count=sum(each.still_to_come for each in planned),
        )

    async def DeleteFault(self, request: fault_pb2.DeleteFaultRequest, context: Context) -> Empty:
        """Takes a fault back."""
        del context
        self._emulation.faults.delete(request.name)
        return Empty()

    async def ListRequests(
        self, request: request_log_pb2.ListRequestsRequest, context: Context
    ) -> request_log_pb2.ListRequestsResponse:
        """Tells what clients have asked."""
        del context
        matches = self._matcher(request.method, request.door)
        found = self._emulation.requests.entries(_project(request.project), matches)
        return request_log_pb2.ListRequestsResponse(requests=found)

    async def WaitForRequests(
        self, request: request_log_pb2.WaitForRequestsRequest, context: Context
    ) -> request_log_pb2.ListRequestsResponse:
        """Waits for clients."""
        del context
        found = await self._emulation.requests.wait(
            _project(request.project),
            self._matcher(request.method, request.door),
            number=_count(request.count),
            seconds=_timeout(request.timeout),
        )
        return request_log_pb2.ListRequestsResponse(requests=found)

    async def ListWebhookAttempts(
        self, request: webhook_attempt_pb2.ListWebhookAttemptsRequest, context: Context
    ) -> webhook_attempt_pb2.ListWebhookAttemptsResponse:
        """Tells which webhooks were posted."""
        del context
        found = self._emulation.webhooks.entries(
            _project(request.project), _recording(request.recording)
        )
        return webhook_attempt_pb2.ListWebhookAttemptsResponse(attempts=found)

    async def WaitForWebhookAttempts(
        self, request: webhook_attempt_pb2.WaitForWebhookAttemptsRequest, context: Context
    ) -> webhook_attempt_pb2.ListWebhookAttemptsResponse:
        """Waits for webhooks."""
        del context
        found = await self._emulation.webhooks.wait(
            _project(request.project),
            _recording(request.recording),
            number=_count(request.count),
            seconds=_timeout(request.timeout),
        )
        return webhook_attempt_pb2.ListWebhookAttemptsResponse(attempts=found)

    async def RedeliverWebhook(
        self, request: webhook_attempt_pb2.RedeliverWebhookRequest, context: Context
    ) -> webhook_attempt_pb2.WebhookAttempt:
        """Posts a webhook once more."""
        del context
        name = RecordingName.parse(request.recording, "recording")
        house, webhooks = self._emulation.house, self._emulation.webhooks
        if await house.stores.recordings.get(name) is None:
            raise RecordingNotFound(resource=("Recording", str(name)))
        deliveries = await house.stores.outbox.deliveries(name)
        if not deliveries:
            raise DeliveryNotFound(resource=("Recording", str(name)))
        before = len(webhooks.entries(name.project, str(name)))
        await house.stores.outbox.redeliver(name, deliveries[-1].id)
        house.wake_deliverer()
        attempts = await webhooks.wait(
            name.project, str(name), number=before + 1, seconds=_REDELIVERY_SECONDS
        )
        return attempts[-1]

    async def GetProject(
        self, request: state_pb2.GetProjectRequest, context: Context
    ) -> state_pb2.Project:
        """Tells what an app needs to know of a project."""
        del context
        project = project_of(request.name, "name")
        key = self._emulation.house.webhook_keys(project)[0]
        house = self._emulation.house
        return state_pb2.Project(
            name=request.name,
            webhook_key=base64.b64encode(key).decode(),
            tokens=[
                state_pb2.Project.Token(
                    role=role, token=token_of(role), key_file=key_file(role, house.public_url)
                )
                for role in (ROLES if house.asks_callers else ())
            ],
        )

    async def Reset(
        self, request: state_pb2.ResetRequest, context: Context
    ) -> state_pb2.ResetResponse:
        """Forgets a project, or everything."""
        del context
        count = await self._emulation.reset(_project(request.project))
        return state_pb2.ResetResponse(recording_count=count)

    async def SeedIds(self, request: state_pb2.SeedIdsRequest, context: Context) -> Empty:
        """Makes ids repeat."""
        del context
        self._emulation.random_bytes.seed(request.seed)
        return Empty()

    async def ExportState(
        self, request: state_pb2.ExportStateRequest, context: Context
    ) -> AsyncIterator[state_pb2.ExportStateResponse]:
        """Gives everything as a file."""
        del request, context
        everything = self._emulation.state()
        data = await asyncio.get_running_loop().run_in_executor(
            self._emulation.house.threads, state.write, everything
        )
        for start in range(0, len(data), _PIECE_BYTES):
            answer = state_pb2.ExportStateResponse()
            answer.file.content_type = "application/zip"
            answer.file.data = data[start : start + _PIECE_BYTES]
            yield answer

    async def ImportState(
        self,
        request_iterator: AsyncIterator[state_pb2.ImportStateRequest],
        context: Context,
    ) -> state_pb2.ImportStateResponse:
        """Puts a file's content in place of everything."""
        del context
        data = bytearray()
        async for request in request_iterator:
            data += request.file.data
            if len(data) > state.MOST_BYTES:
                raise InvalidArgument.of("file.data", f"is longer than {state.MOST_BYTES} bytes")
        read = await asyncio.get_running_loop().run_in_executor(
            self._emulation.house.threads, state.read, bytes(data)
        )
        await self._emulation.restore(read)
        return state_pb2.ImportStateResponse(
            recording_count=len(read.documents.recordings),
            time=timestamp(read.documents.time),
        )

    def _matcher(
        self, method: str, door: "fault_pb2.Door"
    ) -> Callable[[request_log_pb2.LoggedRequest], bool]:
        name = self._emulation.methods.find(method, "method").name if method else None
        if door not in fault_pb2.Door.values():
            raise InvalidArgument.of("door", f"{door} is not a Door")

        def matches(entry: request_log_pb2.LoggedRequest) -> bool:
            any_way = door in (fault_pb2.DOOR_UNSPECIFIED, entry.door)
            return any_way and (name is None or entry.method == name)

        return matches


def _project(text: str) -> str | None:
    return project_of(text, "project") if text else None


def _recording(text: str) -> str:
    return str(RecordingName.parse(text, "recording")) if text else ""


def _count(asked: int) -> int:
    if not 0 <= asked <= _MOST_WAITED_FOR:
        raise InvalidArgument.of("count", f"must lie between 1 and {_MOST_WAITED_FOR}")
    return asked or 1


def _timeout(asked: Duration) -> float:
    if not asked.ListFields():
        return _WAIT_SECONDS
    return span_of(asked, "timeout", longest=_LONGEST_WAIT).total_seconds()
