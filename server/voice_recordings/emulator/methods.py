"""The methods faults and logs speak of, by their full names and by their short ones."""

from collections.abc import Iterable
from dataclasses import dataclass

from google.api import annotations_pb2
from google.protobuf import descriptor_pool

from voice_recordings.errors import InvalidArgument

DOWNLOAD = "Download"


@dataclass(frozen=True, slots=True)
class Method:
    """A method of a service, or `Download`; `over_rest` is whether REST has it."""

    name: str
    over_rest: bool = False

    @property
    def is_download(self) -> bool:
        """Whether it is the one that has no service."""
        return self.name == DOWNLOAD


class Methods:
    """Knows the methods of some services."""

    def __init__(self, services: Iterable[str]) -> None:
        self._methods = {DOWNLOAD: Method(DOWNLOAD)}
        pool = descriptor_pool.Default()
        for service in services:
            for method in pool.FindServiceByName(service).methods:
                rest = method.GetOptions().HasExtension(annotations_pb2.http)
                full = Method(f"{service}/{method.name}", rest)
                self._methods[full.name] = full
                self._methods.setdefault(method.name, full)

    def find(self, text: str, field: str) -> Method:
        """The method of this name, full or short. Raises `InvalidArgument` for the field."""
        method = self._methods.get(text.removeprefix("/"))
        if method is None:
            known = ", ".join(sorted(name for name in self._methods if "/" not in name))
            raise InvalidArgument.of(field, f"{text[:80]!r} is not a method; there are {known}")
        return method

    def __contains__(self, name: str) -> bool:
        return name in self._methods
