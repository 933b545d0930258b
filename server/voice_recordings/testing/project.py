"""One project of an emulator: what a test has to itself."""

import itertools
from collections.abc import Mapping
from typing import Unpack

from enfonica.voice.v1beta1 import recordings_pb2
from voice_recordings.testing import simulation
from voice_recordings.testing.clock import Clock
from voice_recordings.testing.connection import Connection
from voice_recordings.testing.faults import Faults
from voice_recordings.testing.requests import Requests
from voice_recordings.testing.webhooks import Webhooks
from voicerecordings.emulator.v1 import state_pb2


class Project:
    """Recordings, faults, requests and webhooks of its own; the clock is everybody's."""

    def __init__(self, connection: Connection, project_id: str) -> None:
        self.id = project_id
        self.name = f"projects/{project_id}"
        self.clock = Clock(connection)
        self.faults = Faults(connection, self.name)
        self.requests = Requests(connection, self.name)
        self.webhooks = Webhooks(connection, self.name)
        self._connection = connection
        self._calls = itertools.count(1)

    @property
    def webhook_key(self) -> str:
        """What its webhooks are signed with, in base64."""
        return self._told().webhook_key

    @property
    def tokens(self) -> Mapping[str, str]:
        """Role → a token of an account that holds it, where callers are asked who they are."""
        return {token.role: token.token for token in self._told().tokens}

    @property
    def key_files(self) -> Mapping[str, str]:
        """Role → the same account's key, as the publisher's clients read it from a file."""
        return {token.role: token.key_file for token in self._told().tokens}

    def _told(self) -> state_pb2.Project:
        request = state_pb2.GetProjectRequest(name=self.name)
        project: state_pb2.Project = self._connection.ask("GetProject", request)
        return project

    def simulate(
        self, call: str = "", **what: Unpack[simulation.Simulation]
    ) -> recordings_pb2.Recording:
        """Makes a recording: of a call of its own, unless one is named."""
        parent = f"{self.name}/calls/{call or f'call-{next(self._calls)}'}"
        return simulation.simulate(self._connection, parent, **what)

    def end(self, name: str) -> recordings_pb2.Recording:
        """Ends a recording that waits for it."""
        return simulation.end(self._connection, name)

    def reset(self) -> int:
        """Forgets all that is in it; gives the number of its recordings."""
        request = state_pb2.ResetRequest(project=self.name)
        return int(self._connection.ask("Reset", request).recording_count)
