"""Descriptors from elsewhere: a descriptor set, or a server's reflection."""

from collections.abc import Iterable, Mapping
from typing import Final

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from google.protobuf.descriptor_pool import Default, DescriptorPool
from google.protobuf.message import DecodeError

# protoc leaves imports out of a set unless told otherwise; these are always at hand.
_AT_HAND: Final = ("google/protobuf/", "google/api/", "google/rpc/", "google/type/")


class DescriptorError(ValueError):
    """Descriptors are malformed, incomplete, or contradict each other."""


def pool_of(descriptor_set: bytes) -> DescriptorPool:
    """A pool of the files in a serialized FileDescriptorSet; raises DescriptorError."""
    try:
        files = FileDescriptorSet.FromString(descriptor_set).file
    except DecodeError as error:
        raise DescriptorError("this is not a FileDescriptorSet, as protoc writes it") from error
    return pool_of_files({file.name: file for file in files})


def declared_services(descriptor_set: bytes) -> list[str]:
    """The names of the services in a serialized FileDescriptorSet."""
    return [
        f"{file.package}.{service.name}".lstrip(".")
        for file in FileDescriptorSet.FromString(descriptor_set).file
        for service in file.service
    ]


def pool_of_files(files: Mapping[str, FileDescriptorProto]) -> DescriptorPool:
    """A pool of files by name, each added after what it imports."""
    pool = DescriptorPool()
    _Adding(files, pool).add_all(files)
    return pool


def at_hand(name: str) -> FileDescriptorProto | None:
    """A file everybody imports, from this process's own pool."""
    if not name.startswith(_AT_HAND):
        return None
    try:
        own = Default().FindFileByName(name)
    except KeyError:
        return None
    file = FileDescriptorProto()
    own.CopyToProto(file)
    return file


class _Adding:
    """Files on their way into a pool."""

    def __init__(self, files: Mapping[str, FileDescriptorProto], pool: DescriptorPool) -> None:
        self._files = files
        self._pool = pool
        self._done: set[str] = set()
        self._begun: set[str] = set()

    def add_all(self, names: Iterable[str], importer: str = "") -> None:
        """Adds files and what they import."""
        for name in names:
            if name in self._done:
                continue
            if name in self._begun:
                raise DescriptorError(f"{importer} and {name} import each other")
            self._begun.add(name)
            file = self._files.get(name) or at_hand(name)
            if file is None:
                raise DescriptorError(
                    f"{importer} imports {name}, which is not in the descriptor set; "
                    "protoc adds it with --include_imports"
                )
            self.add_all(file.dependency, name)
            try:
                self._pool.Add(file)
                self._pool.FindFileByName(name)
            except (TypeError, KeyError) as error:
                raise DescriptorError(f"{name}: {error}") from error
            self._done.add(name)
