"""What asyncio does otherwise than threads: channels, waiting, files, HTTP."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import BinaryIO

import grpc

from voice_recordings.client.asynchronous.authorization import authorization
from voice_recordings.client.credentials import Credentials
from voice_recordings.client.tls import Tls

_PIECE_BYTES = 256 * 1024
_CONNECT_SECONDS = 10.0
_STALL_SECONDS = 30.0

sleep = asyncio.sleep


def open_channel(
    target: str,
    encryption: grpc.ChannelCredentials | None,
    credentials: Credentials | None,
    options: list[tuple[str, int]],
) -> grpc.aio.Channel:
    """A channel, on which calls prove who makes them if there are credentials."""
    interceptors = () if credentials is None else authorization(credentials)
    if encryption is None:
        return grpc.aio.insecure_channel(target, options=options, interceptors=interceptors)
    return grpc.aio.secure_channel(target, encryption, options=options, interceptors=interceptors)


async def read(file: BinaryIO, size_bytes: int) -> bytes:
    """The next bytes of a file, without holding up the loop."""
    return await asyncio.to_thread(file.read, size_bytes)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer over HTTP; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    pieces: AsyncIterator[bytes]


@asynccontextmanager
async def fetch(uri: str, headers: Mapping[str, str], tls: Tls | None) -> AsyncIterator[Answer]:
    """GETs a link. Raises OSError, in the block too, when the connection fails."""
    import aiohttp  # noqa: PLC0415 - heavy, and only downloads need it
    from yarl import URL  # noqa: PLC0415 - aiohttp's own

    asked = {**headers, "Accept-Encoding": "identity"}
    timeout = aiohttp.ClientTimeout(sock_connect=_CONNECT_SECONDS, sock_read=_STALL_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, auto_decompress=False) as session,
            # As it was signed, letter for letter.
            session.get(
                URL(uri, encoded=True), headers=asked, ssl=tls.context() if tls else True
            ) as response,
        ):
            found = {name.lower(): value for name, value in response.headers.items()}
            pieces = response.content.iter_chunked(_PIECE_BYTES)
            yield Answer(response.status, found, pieces)
    except aiohttp.ClientError as error:
        raise OSError(str(error) or type(error).__name__) from error
