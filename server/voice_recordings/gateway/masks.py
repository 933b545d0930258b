"""Which parts of a response a client wants: `fields`, in Google's syntax.

`a,b` names several, `a/b` and `a.b` what is within, `a(b,c)` several within,
`*` everything at a level. Lists are seen through: a path goes on into each of
their elements.
"""

import re
from typing import Any, Final, TypeAlias

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from voice_recordings.gateway.fields import is_map

# A level of names; an empty one keeps everything below.
Tree: TypeAlias = dict[str, "Tree"]

_TOKEN: Final = re.compile(r"[A-Za-z0-9_\-]+|[*,/.()]")
_MOST_DEEP: Final = 32
_STRUCT: Final = "google.protobuf.Struct"
_STRUCT_VALUES: Final = frozenset({"google.protobuf.Value", "google.protobuf.ListValue"})


class MaskError(ValueError):
    """A mask is malformed, or names what the response does not have."""


def parse(text: str) -> Tree:
    """Reads a mask; raises MaskError."""
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != text.strip():
        raise MaskError(f"{text[:40]!r} holds characters that no field path has")
    tree: Tree = {}
    rest = _level(tokens, [tree], 0)
    if rest:
        raise MaskError(f"unexpected {rest[0]!r}")
    return tree


def _level(tokens: list[str], roots: list[Tree], depth: int) -> list[str]:
    """Reads `path,path…` into every root; gives the tokens behind it."""
    if depth > _MOST_DEEP:
        raise MaskError(f"is nested deeper than {_MOST_DEEP}")
    while True:
        tokens = _path(tokens, roots, depth)
        if not tokens or tokens[0] != ",":
            return tokens
        tokens = tokens[1:]


def _path(tokens: list[str], nodes: list[Tree], depth: int) -> list[str]:
    """Reads one path, and the parenthesis it may end in."""
    steps = 0
    while True:
        steps += 1
        if not tokens or tokens[0] in set(",/.()") or steps > _MOST_DEEP:
            raise MaskError(f"a field is missing before {''.join(tokens[:1]) or 'the end'!r}")
        name, tokens = tokens[0], tokens[1:]
        nodes = [node.setdefault(name, {}) for node in nodes]
        if tokens and tokens[0] == "(":
            tokens = _level(tokens[1:], nodes, depth + 1)
            if not tokens or tokens[0] != ")":
                raise MaskError("a parenthesis is not closed")
            return tokens[1:]
        if not tokens or tokens[0] not in {"/", "."}:
            return tokens
        tokens = tokens[1:]


def resolve(tree: Tree, descriptor: Descriptor) -> Tree:
    """The tree in proto names; raises MaskError for what the type does not have."""
    if not tree or "*" in tree:
        below = tree.get("*", {})
        return {field.name: _below(below, field) for field in descriptor.fields} if below else {}
    fields = {name: field for field in descriptor.fields for name in (field.name, field.json_name)}
    resolved: Tree = {}
    for name, subtree in tree.items():
        if name not in fields:
            raise MaskError(f"{descriptor.full_name} has no field {name!r}")
        resolved[fields[name].name] = _below(subtree, fields[name])
    return resolved


def _below(tree: Tree, field: FieldDescriptor) -> Tree:
    inner: Any = field.message_type
    if is_map(field):
        # Keys are the data's own; what is below them is checked against the value's type.
        value = inner.fields_by_name["value"]
        return {key: _below(subtree, value) for key, subtree in tree.items()}
    if inner is None:
        if tree:
            raise MaskError(f"{field.name!r} has nothing within")
        return {}
    if inner.full_name == _STRUCT or inner.full_name in _STRUCT_VALUES:
        return tree
    return resolve(tree, inner)


def applied(tree: Tree, message: Message) -> Message:
    """A copy of a message with nothing but what the resolved tree names."""
    copy = type(message)()
    copy.CopyFrom(message)
    _prune(tree, copy)
    return copy


def _prune(tree: Tree, message: Any) -> None:
    if not tree:
        return
    if message.DESCRIPTOR.full_name == _STRUCT:
        _prune_map(tree, message.fields, message_values=True)
        return
    if message.DESCRIPTOR.full_name in _STRUCT_VALUES:
        _prune_struct_value(tree, message)
        return
    for field, value in message.ListFields():
        if field.name not in tree:
            message.ClearField(field.name)
        elif is_map(field):
            entry = field.message_type.fields_by_name["value"]
            _prune_map(tree[field.name], value, message_values=entry.message_type is not None)
        elif field.message_type is not None:
            for item in value if field.is_repeated else [value]:
                _prune(tree[field.name], item)


def _prune_map(tree: Tree, container: Any, *, message_values: bool) -> None:
    if not tree:
        return
    everything = tree.get("*")
    for key in list(container):
        below = tree.get(str(key), everything)
        if below is None:
            del container[key]
        elif message_values:
            _prune(below, container[key])


def _prune_struct_value(tree: Tree, message: Any) -> None:
    if message.DESCRIPTOR.name == "ListValue":
        for item in message.values:
            _prune(tree, item)
    elif message.HasField("struct_value"):
        _prune(tree, message.struct_value)
    elif message.HasField("list_value"):
        _prune(tree, message.list_value)
