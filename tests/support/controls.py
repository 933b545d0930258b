"""Every way of asking an emulator, as a client in any language would."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlsplit

import grpc
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import BadRequest
from grpc_status import rpc_status

from enfonica.voice.v1beta1 import recordings_pb2, recordings_pb2_grpc
from support.server import Answer, call
from voice_recordings.app import Running
from voicerecordings.emulator.v1 import (
    clock_pb2,
    emulator_pb2_grpc,
    fault_pb2,
    simulation_pb2,
    state_pb2,
)
from voicerecordings.recorder.v1 import recorder_pb2_grpc, webhooks_pb2_grpc


class Controls:
    """Stubs of everything there is, and REST."""

    def __init__(self, server: Running, channel: grpc.Channel) -> None:
        self.server = server
        self.emulator = emulator_pb2_grpc.EmulatorStub(channel)
        self.recordings = recordings_pb2_grpc.RecordingsStub(channel)
        self.recorder = recorder_pb2_grpc.RecorderStub(channel)
        self.webhooks = webhooks_pb2_grpc.WebhooksStub(channel)

    def reset(self) -> None:
        """Forgets everything."""
        self.emulator.Reset(state_pb2.ResetRequest())

    def simulate(self, parent: str, **fields: Any) -> recordings_pb2.Recording:
        """A simulated recording."""
        return self.emulator.SimulateRecording(
            simulation_pb2.SimulateRecordingRequest(parent=parent, **fields)
        )

    def get(self, name: str, **call: Any) -> recordings_pb2.Recording:
        """A recording with its links."""
        return self.recordings.GetRecording(recordings_pb2.GetRecordingRequest(name=name), **call)

    def state(self, name: str) -> str:
        """The name of a recording's state."""
        return recordings_pb2.Recording.State.Name(self.get(name).state)

    def advance(self, span: timedelta) -> clock_pb2.ClockAdvanced:
        """Moves the clock on."""
        request = clock_pb2.AdvanceClockRequest(duration=seconds(span.total_seconds()))
        return self.emulator.AdvanceClock(request)

    def plan(self, **fields: Any) -> str:
        """Plans a fault, and gives its name."""
        return self.emulator.AddFault(
            fault_pb2.AddFaultRequest(fault=fault_pb2.Fault(**fields))
        ).name

    def faults(self) -> dict[str, fault_pb2.Fault]:
        """What has become of the plans."""
        answer = self.emulator.ListFaults(fault_pb2.ListFaultsRequest())
        return {fault.name: fault for fault in answer.faults}

    def rest(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request over REST; a body that is not bytes is sent as JSON."""
        sent = {"content-type": "application/json"} if body is not None else {}
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        return call(
            self.server.http_url, path, method=method, body=data, headers=sent | dict(headers or {})
        )

    def fetch(self, uri: str) -> Answer:
        """A file under its link."""
        parts = urlsplit(uri)
        return self.rest("GET", f"{parts.path}?{parts.query}")


def seconds(number: float) -> Duration:
    """A span as a message."""
    span = Duration()
    span.FromNanoseconds(int(number * 1e9))
    return span


def violations(error: grpc.RpcError) -> list[str]:
    """The fields that a refused request is blamed for."""
    # What a call raises is also the call, which its type does not say.
    status = rpc_status.from_call(cast("grpc.Call", error))
    for detail in status.details if status else ():
        bad = BadRequest()
        if detail.Unpack(bad):
            return [violation.field for violation in bad.field_violations]
    return []
