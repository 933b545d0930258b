"""What protos say in their comments, by full name.

Descriptors in generated code have lost them; a descriptor set written with
`protoc --include_source_info` has kept them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet

_Path = tuple[int, ...]


def comments(descriptor_set: bytes) -> Mapping[str, str]:
    """The comment above each message, field, enum, value, service and method."""
    return {
        name: text
        for file in FileDescriptorSet.FromString(descriptor_set).file
        for name, text in _of_file(file)
    }


def _of_file(file: FileDescriptorProto) -> Iterator[tuple[str, str]]:
    texts = {
        tuple(location.path): location.leading_comments
        for location in file.source_code_info.location
        if location.leading_comments
    }
    for path, name in _named(file):
        if path in texts:
            yield name, _unindented(texts[path])


def _named(file: FileDescriptorProto) -> Iterator[tuple[_Path, str]]:
    """Every declaration of a file, under the path its location has."""
    numbers = {field.name: field.number for field in FileDescriptorProto.DESCRIPTOR.fields}
    prefix = file.package
    for kind in ("message_type", "enum_type", "service"):
        for index, declared in enumerate(getattr(file, kind)):
            yield from _below((numbers[kind], index), f"{prefix}.{declared.name}", declared)


def _below(path: _Path, name: str, declared: Any) -> Iterator[tuple[_Path, str]]:
    """A declaration and those within it; an enum's values are its siblings by name."""
    yield path, name.lstrip(".")
    for field in declared.DESCRIPTOR.fields:
        if field.name in {"field", "nested_type", "enum_type", "method", "value"}:
            for index, inner in enumerate(getattr(declared, field.name)):
                yield from _below((*path, field.number, index), f"{name}.{inner.name}", inner)


def _unindented(text: str) -> str:
    return "\n".join(line.removeprefix(" ").rstrip() for line in text.strip("\n").splitlines())
