"""Traces: what a request causes, from the door to the webhook, as spans that others keep."""

import enum
from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Protocol

from voice_recordings.telemetry.origin import Origin

Attributes = Mapping[str, str | int]


class Kind(enum.Enum):
    """Which end of a conversation a span is, if of any."""

    SERVER = "SERVER"
    INTERNAL = "INTERNAL"
    CLIENT = "CLIENT"


class Span(Protocol):
    """A piece of work while it is being done.

    Its attributes name methods, hosts, states and recordings; never a token, a
    key or a query string.
    """

    @property
    def origin(self) -> Origin:
        """Where what this causes comes from: the same request, and this place in its trace."""
        ...

    def note(self, attributes: Attributes) -> None:
        """Adds what has become known."""
        ...

    def fail(self, why: str) -> None:
        """Says that it came to nothing, in one of few words."""
        ...


class Tracing(Protocol):
    """Makes spans."""

    def span(
        self, name: str, kind: Kind, origin: Origin, attributes: Attributes
    ) -> AbstractContextManager[Span]:
        """A span below the origin's, or the first of a trace, until the block ends."""
        ...

    def close(self) -> None:
        """Hands over what has not been yet; may wait for the network."""
        ...


class NoSpan:
    """What is done where nobody keeps spans: a trace passes through untouched."""

    __slots__ = ("origin",)

    def __init__(self, origin: Origin) -> None:
        self.origin = origin

    def __enter__(self) -> Span:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def note(self, attributes: Attributes) -> None:
        """Nobody listens."""

    def fail(self, why: str) -> None:
        """Nobody listens."""


class NoTracing:
    """A `Tracing` that keeps nothing."""

    def span(self, name: str, kind: Kind, origin: Origin, attributes: Attributes) -> NoSpan:  # noqa: ARG002 - as the port has it
        """A span that is none."""
        return NoSpan(origin)

    def close(self) -> None:
        """Nothing to hand over."""
