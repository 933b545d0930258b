"""The pytest plugin: a server for the session, and a project of its own for each test.

pytest loads this for every suite where the package is installed, so it imports
nothing that only tests of recordings need.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from voice_recordings.client import RecordingsClient
    from voice_recordings.testing.emulator import Emulator
    from voice_recordings.testing.project import Project
    from voice_recordings.testing.rest import RestClient


@pytest.fixture(scope="session")
def voice_recordings() -> "Iterator[Emulator]":
    """A server with test controls, in this process, on free ports."""
    from voice_recordings.testing.emulator import Emulator  # noqa: PLC0415 - see above

    with Emulator.start() as emulator:
        yield emulator


@pytest.fixture
def voice_recordings_project(
    voice_recordings: "Emulator", monkeypatch: pytest.MonkeyPatch
) -> "Iterator[Project]":
    """A project that no other test sees; an app finds the server by the environment.

    Afterwards the project is forgotten and the clock runs again: from the
    machine's time, unless there is something later that the test did not make.
    """
    from voice_recordings.client import ServiceError  # noqa: PLC0415 - see above

    for name, value in voice_recordings.environment.items():
        monkeypatch.setenv(name, value)
    project = voice_recordings.new_project()
    yield project
    project.reset()
    try:
        voice_recordings.clock.resume(rewind=True)
    except ServiceError:
        voice_recordings.clock.resume()


@pytest.fixture
def voice_recordings_client(voice_recordings: "Emulator") -> "Iterator[RecordingsClient]":
    """A gRPC client of the server."""
    with voice_recordings.client() as client:
        yield client


@pytest.fixture
def voice_recordings_rest(voice_recordings: "Emulator") -> "RestClient":
    """A REST client of the server."""
    return voice_recordings.rest()
