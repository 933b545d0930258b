"""What threads do otherwise than asyncio: channels, waiting, files, HTTP."""

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

import grpc

_PIECE_BYTES = 256 * 1024
_STALL_SECONDS = 30.0

sleep = time.sleep


def open_channel(
    target: str, credentials: grpc.ChannelCredentials | None, options: list[tuple[str, int]]
) -> grpc.Channel:
    """A channel; without credentials it is not encrypted."""
    if credentials is None:
        return grpc.insecure_channel(target, options=options)
    return grpc.secure_channel(target, credentials, options=options)


def read(file: BinaryIO, size_bytes: int) -> bytes:
    """The next bytes of a file."""
    return file.read(size_bytes)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer over HTTP; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    pieces: Iterator[bytes]


@contextmanager
def fetch(uri: str, headers: Mapping[str, str]) -> Iterator[Answer]:
    """GETs a link. Raises OSError, in the block too, when the connection fails."""
    request = urllib.request.Request(uri, headers=dict(headers))  # noqa: S310 - the caller checks
    try:
        try:
            response = urllib.request.urlopen(request, timeout=_STALL_SECONDS)  # noqa: S310 - as above
        except urllib.error.HTTPError as refusal:
            response = refusal
        with response:
            found = {name.lower(): value for name, value in response.headers.items()}
            yield Answer(response.status, found, iter(lambda: response.read(_PIECE_BYTES), b""))
    except http.client.HTTPException as error:
        raise OSError(str(error) or type(error).__name__) from error
