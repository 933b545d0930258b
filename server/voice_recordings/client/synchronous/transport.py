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

from voice_recordings.client.credentials import Credentials
from voice_recordings.client.synchronous.authorization import Authorization
from voice_recordings.client.tls import Tls

_PIECE_BYTES = 256 * 1024
_STALL_SECONDS = 30.0

sleep = time.sleep


def open_channel(
    target: str,
    encryption: grpc.ChannelCredentials | None,
    credentials: Credentials | None,
    options: list[tuple[str, int]],
) -> grpc.Channel:
    """A channel, on which calls prove who makes them if there are credentials."""
    if encryption is None:
        channel = grpc.insecure_channel(target, options=options)
    else:
        channel = grpc.secure_channel(target, encryption, options=options)
    if credentials is None:
        return channel
    return grpc.intercept_channel(channel, Authorization(credentials))


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
def fetch(uri: str, headers: Mapping[str, str], tls: Tls | None) -> Iterator[Answer]:
    """GETs a link. Raises OSError, in the block too, when the connection fails."""
    request = urllib.request.Request(uri, headers=dict(headers))  # noqa: S310 - the caller checks
    try:
        try:
            context = tls.context() if tls and request.type == "https" else None
            response = urllib.request.urlopen(  # noqa: S310 - as above
                request, timeout=_STALL_SECONDS, context=context
            )
        except urllib.error.HTTPError as refusal:
            response = refusal
        with response:
            found = {name.lower(): value for name, value in response.headers.items()}
            yield Answer(response.status, found, iter(lambda: response.read(_PIECE_BYTES), b""))
    except http.client.HTTPException as error:
        raise OSError(str(error) or type(error).__name__) from error
