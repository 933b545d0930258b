"""A server with its test controls on, shared; each test has a project of its own."""

import itertools
from collections.abc import Iterator

import grpc
import pytest

from support.controls import Controls
from support.server import serving

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def controls() -> Iterator[Controls]:
    """The controls of a server, and its doors."""
    with serving(emulator=True) as server, grpc.insecure_channel(server.grpc_address) as channel:
        yield Controls(server, channel)


@pytest.fixture(scope="session")
def required() -> Iterator[Controls]:
    """The same of a server that asks callers who they are."""
    with (
        serving(emulator=True, auth="required") as server,
        grpc.insecure_channel(server.grpc_address) as channel,
    ):
        yield Controls(server, channel)


@pytest.fixture
def own(controls: Controls) -> Iterator[Controls]:
    """The same with nothing in it, left as it was found.

    Tests that do not look at everything leave what they made to whoever comes next.
    """
    controls.reset()
    yield controls
    controls.reset()


@pytest.fixture
def project() -> str:
    """A project that no other test uses."""
    return f"projects/p-{next(_NUMBERS)}"
