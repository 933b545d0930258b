"""Which template a path matches: a trie over segments.

A path reaches each node of the trie by one way only, so that backtracking
visits no node twice: a look-up is linear in the path, and never exponential.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from voice_recordings.gateway.paths import Path
from voice_recordings.gateway.template import MANY, ONE, Template

T = TypeVar("T")

ANY_METHOD = "*"


class DuplicateRouteError(ValueError):
    """Two rules would answer the same method on the same paths."""


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """What a path led to, and the path as the template's variables see it."""

    target: T
    template: Template
    path: Path


# The rules that end at one place of the trie, by verb and method.
_Leaves = dict[tuple[str, str], tuple[Template, T]]


@dataclass(slots=True)
class _Node(Generic[T]):
    literals: dict[str, "_Node[T]"] = field(default_factory=dict)
    one: "_Node[T] | None" = None
    leaves: _Leaves[T] = field(default_factory=dict)
    # What `**` may be followed by here, the longest tail first.
    tails: dict[tuple[str, ...], _Leaves[T]] = field(default_factory=dict)
    tail_lengths: list[int] = field(default_factory=list)

    def child(self, segment: str) -> "_Node[T]":
        if segment != ONE:
            return self.literals.setdefault(segment, _Node())
        if self.one is None:
            self.one = _Node()
        return self.one

    def tail(self, segments: tuple[str, ...]) -> _Leaves[T]:
        lengths = {*self.tail_lengths, len(segments)}
        self.tail_lengths = sorted(lengths, reverse=True)
        return self.tails.setdefault(segments, {})


class RouteTable(Generic[T]):
    """Routes by method and template; literal before `*` before `**`."""

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()
        self._verbs: set[str] = set()

    def add(self, method: str, template: Template, target: T) -> None:
        """Adds a route; raises DuplicateRouteError if its place is taken."""
        node, segments = self._root, template.segments
        stop = segments.index(MANY) if MANY in segments else len(segments)
        for segment in segments[:stop]:
            node = node.child(segment)
        leaves = node.leaves if stop == len(segments) else node.tail(segments[stop + 1 :])
        key = (template.verb, method)
        if key in leaves:
            other = leaves[key][0]
            raise DuplicateRouteError(
                f"{method} {template.text!r} matches the same paths as {other.text!r}"
            )
        leaves[key] = (template, target)
        if template.verb:
            self._verbs.add(template.verb)

    def find(self, method: str, path: Path) -> Match[T] | None:
        """The route of this method for this path; HEAD is answered by GET's."""
        methods = (method, "GET", ANY_METHOD) if method == "HEAD" else (method, ANY_METHOD)
        for reading, verb in self._readings(path):
            keys = [(verb, name) for name in methods]
            for leaves in _matching(self._root, reading.plain):
                for key in keys:
                    if key in leaves:
                        template, target = leaves[key]
                        return Match(target, template, reading)
        return None

    def methods(self, path: Path) -> list[str]:
        """The methods for which this path is known, sorted; for `Allow`."""
        methods = {
            method
            for reading, verb in self._readings(path)
            for leaves in _matching(self._root, reading.plain)
            for leaf_verb, method in leaves
            if leaf_verb == verb
        }
        if "GET" in methods:
            methods.add("HEAD")
        return sorted(methods)

    def _readings(self, path: Path) -> Iterator[tuple[Path, str]]:
        """The path with its last colon as a verb's, if one is registered, and as it is."""
        _, colon, verb = path.raw[-1].rpartition(":")
        if colon and verb in self._verbs:
            yield path.without_verb(verb), verb
        yield path, ""


def _matching(root: _Node[T], segments: list[str]) -> Iterator[_Leaves[T]]:
    """Every set of leaves the segments lead to, the most specific first."""
    pending = [(root, 0, False)]
    while pending:
        node, depth, children_done = pending.pop()
        if children_done:
            yield from _tails(node, segments[depth:])
            continue
        if node.tails:
            pending.append((node, depth, True))
        if depth == len(segments):
            if node.leaves:
                yield node.leaves
            continue
        segment = segments[depth]
        if segment and node.one is not None:
            pending.append((node.one, depth + 1, False))
        literal = node.literals.get(segment)
        if literal is not None:
            pending.append((literal, depth + 1, False))


def _tails(node: _Node[T], rest: list[str]) -> Iterator[_Leaves[T]]:
    for length in node.tail_lengths:
        if length <= len(rest):
            leaves = node.tails.get(tuple(rest[len(rest) - length :]))
            if leaves is not None:
                yield leaves
