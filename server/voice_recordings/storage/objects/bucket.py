"""A bucket, or a part of one, and what its failures mean."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import md5
from typing import Any

import obstore
from obstore import exceptions
from obstore.store import from_url

from voice_recordings.errors import ConfigurationError, StorageFailed

_MD5_DIGITS = 32
# A failing store is asked again for so long; callers have deadlines of their own.
_RETRY = timedelta(seconds=15)
_TRIAL_RETRY = timedelta(seconds=3)
# How long one request may take; at start nobody wants to wait for a store that hangs.
_SECONDS, _TRIAL_SECONDS = 30, 4
# Several servers may try at once: it is overwritten, and it may be gone again.
_TRIAL = ".trial/writable"


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as a listing tells of it."""

    key: str
    size_bytes: int
    modified_time: datetime


class Bucket:
    """Objects under keys. Every failure is a `StorageFailed`."""

    def __init__(self, address: str) -> None:
        """`address` is s3://BUCKET/PREFIX, gs://… or az://…; credentials are the environment's."""
        self._store = _store(address, _RETRY)

    async def put(self, key: str, data: bytes) -> None:
        """Keeps an object that was not there before, and makes sure that it arrived whole."""
        with _failures(key):
            try:
                put = await obstore.put_async(
                    self._store, key, data, mode="create", use_multipart=False
                )
                etag = put["e_tag"]
            except exceptions.AlreadyExistsError:
                # An answer that was lost may have been followed by a second try of ours.
                found = await obstore.head_async(self._store, key)
                if found["size"] != len(data) or not _is_md5(found["e_tag"]):
                    raise
                etag = found["e_tag"]
        if _is_md5(etag) and etag is not None and etag.strip('"') != _md5(data):
            raise StorageFailed(f"an object did not arrive as it was sent: {key}")

    async def read(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        """Bytes `start` to `end` of an object, in pieces as they arrive."""
        missing = end - start
        with _failures(key):
            got = await obstore.get_async(self._store, key, options={"range": (start, end)})
            async for piece in got.stream(min_chunk_size=64 * 1024):
                missing -= len(piece)
                yield bytes(piece)
        if missing:
            raise StorageFailed(f"an object is cut short: {key}")

    async def list(self, prefix: str | None = None) -> AsyncIterator[Stored]:
        """The objects below a prefix, which ends where a part of a key does; by key."""
        with _failures(prefix or "the bucket"):
            async for chunk in obstore.list(self._store, prefix, chunk_size=1000):
                for found in chunk:
                    yield Stored(found["path"], found["size"], found["last_modified"])

    async def delete(self, keys: Sequence[str]) -> None:
        """Deletes objects, those that are gone passed over."""
        with _failures("deleting"):
            if keys:
                await obstore.delete_async(self._store, list(keys))

    async def write(self, key: str, pieces: AsyncIterator[bytes], content_type: str) -> int:
        """Keeps an object of any length; gives it."""
        written = 0
        with _failures(key):
            async with obstore.open_writer_async(
                self._store, key, attributes={"Content-Type": content_type}
            ) as writer:
                async for piece in pieces:
                    written += len(piece)
                    await writer.write(piece)
        return written

    async def link(self, key: str, seconds: float) -> str:
        """A URL under which anybody may read the object for so long."""
        with _failures(key):
            return await obstore.sign_async(self._store, "GET", key, timedelta(seconds=seconds))


async def try_out(address: str) -> None:
    """Lists, writes and deletes. Raises `ConfigurationError`."""
    try:
        store = _store(address, _TRIAL_RETRY, timeout_seconds=_TRIAL_SECONDS)
        await obstore.list_with_delimiter_async(store, ".trial")
        await obstore.put_async(store, _TRIAL, b"trial", use_multipart=False)
        await obstore.delete_async(store, _TRIAL)
    except (exceptions.BaseError, OSError, ValueError) as error:
        raise ConfigurationError(_explanation(address, error)) from error


def _store(address: str, retry: timedelta, *, timeout_seconds: int = _SECONDS) -> Any:
    return from_url(
        address,
        # http only where the operator's own endpoint says so.
        client_options={
            "allow_http": True,
            "connect_timeout": "3s",
            "timeout": f"{timeout_seconds}s",
        },
        retry_config={"max_retries": 4, "retry_timeout": retry},
    )


def _explanation(address: str, error: Exception) -> str:
    said = str(error)
    if "NoSuchBucket" in said:
        return f"--media {address}: there is no such bucket; make it, or name another"
    refused = (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError)
    if isinstance(error, refused) or "AccessDenied" in said:
        return (
            f"--media {address}: the bucket refuses these credentials; they need the right to "
            "list, read, write and delete objects"
        )
    first = said.strip().splitlines()[0][:300] if said.strip() else type(error).__name__
    return (
        f"--media {address} cannot be reached: {first}; check the endpoint and region of the "
        "environment, and that the store is up"
    )


@contextmanager
def _failures(what: str) -> Iterator[None]:
    try:
        yield
    except (exceptions.BaseError, OSError) as error:
        raise StorageFailed(f"the object store failed ({type(error).__name__}): {what}") from error


def _is_md5(etag: str | None) -> bool:
    """Whether the store tells the MD5 of what it took, as S3 does unless it encrypts."""
    digits = (etag or "").strip('"')
    return len(digits) == _MD5_DIGITS and all(digit in "0123456789abcdef" for digit in digits)


def _md5(data: bytes) -> str:
    return md5(data, usedforsecurity=False).hexdigest()
