"""`voice-recordings descriptors`."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click
from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet

import enfonica
import voicerecordings


@click.command("descriptors")
@click.option(
    "--output",
    type=click.File("wb"),
    default="-",
    metavar="FILE",
    help="Where to; standard output unless given.",
)
def command(*, output: BinaryIO) -> None:
    """Write the whole API as a FileDescriptorSet, imports included.

    What grpcurl (-protoset), buf, protoc (--descriptor_set_in), Envoy and
    grpc-js's proto-loader read instead of .proto files.
    """
    output.write(descriptor_set().SerializeToString(deterministic=True))


def descriptor_set() -> FileDescriptorSet:
    """Every file of the API and what it imports, each behind its imports."""
    files: dict[str, FileDescriptor] = {}
    for file in _our_files():
        _add(file, files)
    found = FileDescriptorSet()
    for file in files.values():
        file.CopyToProto(found.file.add())
    return found


def _our_files() -> Iterator[FileDescriptor]:
    # Packages without __init__.py, which pkgutil does not walk.
    for package in (enfonica, voicerecordings):
        for root in map(Path, package.__path__):
            for path in sorted(root.rglob("*_pb2.py")):
                module = ".".join(path.relative_to(root.parent).with_suffix("").parts)
                yield importlib.import_module(module).DESCRIPTOR


def _add(file: FileDescriptor, files: dict[str, FileDescriptor]) -> None:
    if file.name in files:
        return
    for imported in file.dependencies:
        _add(imported, files)
    files[file.name] = file
