"""Query strings bound to a request message's leaves."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from voice_recordings.gateway import scalars
from voice_recordings.gateway.errors import Violation, invalid
from voice_recordings.gateway.fields import FieldPath, FieldPathError, is_map, resolve
from voice_recordings.gateway.limits import Limits
from voice_recordings.gateway.paths import MALFORMED_ESCAPE

# A recursive message has no end of paths; the cache of those seen has one.
_MOST_CACHED: Final = 4096

Pair = tuple[str, str]


def split(query: bytes, limits: Limits) -> list[Pair]:
    """Names and values, decoded; parameters without a name are left out.

    Raises GatewayError (400) naming every parameter that cannot be read.
    """
    if not query:
        return []
    pairs: list[Pair] = []
    violations: list[Violation] = []
    pieces = query.split(b"&")
    if len(pieces) > limits.query_parameters:
        raise invalid(f"more than {limits.query_parameters} query parameters")
    for piece in pieces:
        raw_name, _, raw_value = piece.partition(b"=")
        if not raw_name:
            continue
        try:
            pairs.append((_decode(raw_name), _decode(raw_value)))
        except ValueError as error:
            name = raw_name.decode("utf-8", "backslashreplace")
            violations.append(Violation(name, str(error)))
    if violations:
        raise refusal(violations)
    return pairs


def _decode(raw: bytes) -> str:
    try:
        text = raw.decode()
        if "%" not in text and "+" not in text:
            return text
        if MALFORMED_ESCAPE.search(text):
            raise ValueError("has a malformed escape")
        return unquote_to_bytes(text.replace("+", " ")).decode()
    except UnicodeDecodeError as error:
        raise ValueError("is not UTF-8") from error


def refusal(violations: list[Violation]) -> Exception:
    """The 400 that tells of every violation."""
    first = violations[0]
    more = f" (and {len(violations) - 1} more)" if len(violations) > 1 else ""
    return invalid(f"{first.field}: {first.description}{more}", violations)


@dataclass(frozen=True, slots=True)
class _Leaf:
    path: FieldPath
    name: str
    parse: scalars.Parser
    oneofs: tuple[tuple[str, str], ...]


class QueryBinder:
    """Sets the leaves of one message type from a query.

    `taken` are the fields that path and body set: their proto names. A body of
    `*` takes them all.
    """

    def __init__(
        self,
        descriptor: Descriptor,
        *,
        path_fields: Iterable[FieldPath] = (),
        body: str = "",
        limits: Limits,
    ) -> None:
        """Takes the fields that the path and the body set."""
        self._descriptor = descriptor
        self._path_fields = {path.name for path in path_fields}
        self._path_oneofs = {
            oneof: member for path in path_fields for oneof, member in path.oneofs().items()
        }
        self._body = body
        field = descriptor.fields_by_name.get(body)
        oneof = field.containing_oneof if field is not None else None
        self._body_oneof = oneof.name if oneof is not None else ""
        self._limits = limits
        self._leaves: dict[str, _Leaf] = {}

    def bind(self, message: Message, pairs: Iterable[Pair]) -> None:
        """Sets what the query says; raises GatewayError (400) with every violation.

        Path and body have been set already.
        """
        violations: list[Violation] = []
        seen: set[str] = set()
        oneofs = dict(self._path_oneofs)
        if self._body_oneof and message.WhichOneof(self._body_oneof):
            oneofs[self._body_oneof] = self._body
        for name, value in pairs:
            try:
                leaf = self._leaves.get(name) or self._find(name)
                self._check_once(leaf, seen, oneofs)
                leaf.path.assign(message, leaf.parse(value))
            except ValueError as error:
                violations.append(Violation(name, str(error)))
        if violations:
            raise refusal(violations)

    def has_field(self, name: str) -> bool:
        """Whether the message has a field of this name, which then is not a system parameter."""
        return any(name in {field.name, field.json_name} for field in self._descriptor.fields)

    def _find(self, name: str) -> _Leaf:
        if self._body == "*":
            raise FieldPathError("the body sets every field; the query may not")
        parts = tuple(name.split("."))
        if len(parts) > self._limits.query_depth:
            raise FieldPathError(f"is deeper than {self._limits.query_depth}")
        path = resolve(self._descriptor, parts, json_names=True)
        if path.name in self._path_fields:
            raise FieldPathError("is set by the path already")
        if path.fields[0].name == self._body:
            raise FieldPathError("is set by the body")
        parse = None if is_map(path.leaf) else scalars.parser(path.leaf)
        if parse is None:
            raise FieldPathError("is a message or a map, which a query cannot hold")
        leaf = _Leaf(path, path.name, parse, tuple(path.oneofs().items()))
        if len(self._leaves) < _MOST_CACHED:
            self._leaves[name] = leaf
        return leaf

    def _check_once(self, leaf: _Leaf, seen: set[str], oneofs: dict[str, str]) -> None:
        if leaf.name in seen and not leaf.path.leaf.is_repeated:
            raise ValueError("is given twice")
        seen.add(leaf.name)
        for oneof, member in leaf.oneofs:
            if oneofs.setdefault(oneof, member) != member:
                raise ValueError(f"excludes {oneofs[oneof]}, which is given too")
