"""A whole service for tests, in this process or another one."""

import itertools
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, Unpack

import grpc

from enfonica.voice.v1beta1 import recordings_pb2
from voice_recordings.client import RecordingsClient
from voice_recordings.testing import simulation
from voice_recordings.testing.clock import Clock
from voice_recordings.testing.connection import Connection
from voice_recordings.testing.faults import Faults
from voice_recordings.testing.project import Project
from voice_recordings.testing.requests import Requests
from voice_recordings.testing.rest import RestClient
from voice_recordings.testing.server_thread import ServerThread
from voice_recordings.testing.webhooks import Webhooks
from voicerecordings.emulator.v1 import state_pb2

if TYPE_CHECKING:
    from voice_recordings.testing.aio import AsyncEmulator

_PIECE_BYTES = 256 * 1024


class Starting:
    """An emulator about to run: `with` gives an `Emulator`, `async with` an `AsyncEmulator`."""

    def __init__(self, **settings: Any) -> None:
        self._thread = ServerThread(**settings)
        self._emulator: Emulator | None = None

    def __enter__(self) -> "Emulator":
        server = self._thread.start()
        self._emulator = Emulator(server.grpc_address, server.http_url)
        return self._emulator

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._emulator is not None:
            self._emulator.close()
        self._thread.stop()

    async def __aenter__(self) -> "AsyncEmulator":
        from voice_recordings.testing.aio import AsyncEmulator, in_thread  # noqa: PLC0415 - imports this

        return AsyncEmulator(await in_thread(self.__enter__))

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        from voice_recordings.testing.aio import in_thread  # noqa: PLC0415 - imports this

        await in_thread(self.__exit__, kind, error, trace)


class Emulator:
    """A running emulator. Its methods raise `voice_recordings.client.ServiceError`."""

    def __init__(self, grpc_target: str, url: str) -> None:
        """Takes the addresses of one that runs somewhere; `start` runs one here."""
        self.grpc_target = grpc_target
        self.url = url
        self._connection = Connection(grpc_target)
        self._channels: list[grpc.Channel] = []
        self._numbers = itertools.count(1)
        self.clock = Clock(self._connection)
        self.faults = Faults(self._connection)
        self.requests = Requests(self._connection)
        self.webhooks = Webhooks(self._connection)

    @staticmethod
    def start(**settings: Any) -> Starting:
        """Runs one here, on free ports, for the length of a `with` or `async with` block.

        Takes the fields of `voice_recordings.config.Settings`.
        """
        return Starting(**settings)

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables by which clients find it."""
        return {
            "VOICE_RECORDINGS_EMULATOR_HOST": self.grpc_target,
            "VOICE_RECORDINGS_EMULATOR_URL": self.url,
        }

    def channel(self) -> grpc.Channel:
        """A new gRPC channel to it, closed with it."""
        channel = grpc.insecure_channel(self.grpc_target)
        self._channels.append(channel)
        return channel

    def client(self) -> RecordingsClient:
        """A new client of it."""
        return RecordingsClient(self.grpc_target)

    def rest(self) -> RestClient:
        """A client of its REST door."""
        return RestClient(self.url)

    def project(self, project_id: str) -> Project:
        """The project of this id; any well-formed one exists."""
        return Project(self._connection, project_id)

    def new_project(self) -> Project:
        """A project that nobody has used, in whatever process the emulator runs."""
        return self.project(f"test-{os.getpid()}-{next(self._numbers)}")

    def simulate(
        self, parent: str, **what: Unpack[simulation.Simulation]
    ) -> recordings_pb2.Recording:
        """Makes a recording of a call: `projects/*/calls/*`."""
        return simulation.simulate(self._connection, parent, **what)

    def end(self, name: str) -> recordings_pb2.Recording:
        """Ends a recording that waits for it."""
        return simulation.end(self._connection, name)

    def reset(self) -> int:
        """Forgets everything, and gives the number of recordings; the clock runs again."""
        answer = self._connection.ask("Reset", state_pb2.ResetRequest())
        return int(answer.recording_count)

    def seed(self, seed: int) -> None:
        """Makes ids repeat."""
        self._connection.ask("SeedIds", state_pb2.SeedIdsRequest(seed=seed))

    def export_to(self, path: Path) -> None:
        """Writes everything to a file, which appears once it is whole."""
        pieces = self._connection.ask("ExportState", state_pb2.ExportStateRequest())
        part = path.with_name(path.name + ".part")
        part.write_bytes(b"".join(piece.file.data for piece in pieces))
        part.replace(path)

    def import_from(self, path: Path) -> int:
        """Puts a file's content in place of everything; gives the number of recordings."""
        with path.open("rb") as file:
            answer = self._connection.ask("ImportState", _pieces(file))
        return int(answer.recording_count)

    def close(self) -> None:
        """Closes its connections."""
        for channel in self._channels:
            channel.close()
        self._connection.close()


def _pieces(file: BinaryIO) -> Iterator[state_pb2.ImportStateRequest]:
    while data := file.read(_PIECE_BYTES):
        request = state_pb2.ImportStateRequest()
        request.file.data = data
        yield request
