"""A server that asks its callers who they are."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc

from enfonica.voice.v1beta1 import recordings_pb2
from support.accounts import KEY_ID, OWN, projects_toml
from support.server import serving
from unit.audio.wavs import wav
from voice_recordings.access.access_tokens import AccessTokens
from voice_recordings.access.keys import Keyring
from voice_recordings.app import Running
from voice_recordings.clock import Clock, SystemClock
from voicerecordings.recorder.v1 import recorder_pb2, recorder_pb2_grpc

SECRET = b"secret-" * 5
_PCM = b"\x00\x40\x00\xc0" * 500


@dataclass(frozen=True)
class Guarded:
    """A running server, its projects file, and tokens for it."""

    running: Running
    projects: Path
    clock: Clock

    def token(self, email: str = OWN, key_id: str = KEY_ID) -> str:
        """A fresh access token, as /token would give."""
        return AccessTokens(Keyring(SECRET)).issue(email, key_id, self.clock.now())

    def header(self, email: str = OWN) -> str:
        """A good authorization header."""
        return f"Bearer {self.token(email)}"

    def rewrite(self, toml: str) -> None:
        """Puts another projects file in the old one's place, so that nobody reads half of it."""
        new = self.projects.with_suffix(".new")
        new.write_text(toml)
        new.replace(self.projects)

    def record(self, parent: str, recording_id: str = "", email: str = OWN) -> str:
        """Makes a recording and gives its name."""
        first = recorder_pb2.ImportRecordingRequest(parent=parent, recording_id=recording_id)
        first.file.data = wav(_PCM)
        with grpc.insecure_channel(self.running.grpc_address) as channel:
            made: recordings_pb2.Recording = recorder_pb2_grpc.RecorderStub(
                channel
            ).ImportRecording(iter([first]), metadata=(("authorization", self.header(email)),))
        return made.name


@contextmanager
def guarded(
    folder: Path, clock: Clock | None = None, toml: str | None = None, **settings: Any
) -> Iterator[Guarded]:
    """Runs a server with --auth required until the block ends."""
    projects, secret = folder / "projects.toml", folder / "secret"
    projects.write_text(projects_toml() if toml is None else toml)
    secret.write_bytes(SECRET)
    given: dict[str, Any] = {"auth": "required", "projects": projects, "secret_file": secret}
    with serving(clock, **given | settings) as running:
        yield Guarded(running, projects, clock or SystemClock())
