"""A file on its way: what has come of it, and of which version."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from voice_recordings.client.errors import ServiceError, error_of

_OK, _PARTIAL, _UNSATISFIABLE = 200, 206, 416
# A link that is too old, was made with a key that is gone, or of a deleted recording.
_LINK_IS_OVER = (401, 403, 404, 410)
_TRY_AGAIN = (408, 429, 500, 502, 503, 504)

METHOD = "download"


class LinkOver(Exception):
    """The link is no longer good; a new one may be."""

    def __init__(self, refusal: ServiceError) -> None:
        self.refusal = refusal
        super().__init__(str(refusal))


class CutShort(Exception):
    """The connection broke, or the server asks to be left alone for a moment."""


class Part:
    """What has come of a file, beside the place it is for, until it is whole.

    The version it is of (its ETag) is kept too, so that a later run, in another
    process even, goes on where this one stopped, and only if the file is still
    the same (RFC 9110 §13.1.5). What the disk refuses is a `ServiceError`, as it
    would be refused again.
    """

    def __init__(self, to: Path, *, size_bytes: int, name: str, selection: str = "") -> None:
        """`selection` keeps apart what may be as long, and for the same place: two channels."""
        self.size_bytes = size_bytes
        self._to = to
        self._name = name
        self.path = to.with_name(f"{to.name}{selection}.part")
        self._etag_path = to.with_name(f"{to.name}{selection}.part.etag")

    @property
    def done_bytes(self) -> int:
        """How much is here, and of use."""
        with self._on_disk():
            if not self._etag_path.exists() or not self.path.exists():
                return 0
            size = self.path.stat().st_size
            return size if size <= self.size_bytes else 0

    def headers(self) -> dict[str, str]:
        """What to ask with: for all of it, or for the rest of the same version."""
        done = self.done_bytes
        if not 0 < done < self.size_bytes:
            return {}
        with self._on_disk():
            etag = self._etag_path.read_text(encoding="ascii")
        return {"Range": f"bytes={done}-", "If-Range": etag}

    def open(self, status: int, headers: Mapping[str, str], body: bytes) -> FileIO:
        """The part, ready for the bytes of this answer.

        `headers` have lower-case names; `body` is read for refusals only.
        Raises `LinkOver`, `CutShort` and `ServiceError`.
        """
        if status == _UNSATISFIABLE:
            self.discard()
            raise CutShort("the part was not of this file; it starts again")
        if status in _TRY_AGAIN:
            raise CutShort(f"HTTP {status}")
        if status not in (_OK, _PARTIAL):
            refusal = self._refusal(status, body)
            raise LinkOver(refusal) if status in _LINK_IS_OVER else refusal
        if status == _PARTIAL:
            expected = f"bytes {self.done_bytes}-{self.size_bytes - 1}/{self.size_bytes}"
            if headers.get("content-range") != expected:
                self.discard()
                raise CutShort("the server sent another range than was asked for")
            with self._on_disk():
                return self.path.open("ab", buffering=0)
        with self._on_disk():
            self._etag_path.unlink(missing_ok=True)
            self.path.write_bytes(b"")
            # A weak ETag does not promise the same bytes.
            etag = headers.get("etag", "")
            if etag.startswith('"') and etag.isascii():
                self._etag_path.write_text(etag, encoding="ascii")
            return self.path.open("ab", buffering=0)

    def put(self, file: FileIO, piece: bytes) -> None:
        """Writes the next bytes of an answer."""
        left = memoryview(piece)
        with self._on_disk():
            while left:
                left = left[file.write(left) :]

    def finish(self, size_bytes: int) -> None:
        """Puts the file into its place; raises `CutShort` if it is not whole."""
        if size_bytes != self.size_bytes:
            raise CutShort(f"{size_bytes} of {self.size_bytes} bytes")
        with self._on_disk():
            self.path.replace(self._to)
            self._etag_path.unlink(missing_ok=True)

    def discard(self) -> None:
        """Forgets what has come."""
        with self._on_disk():
            self.path.unlink(missing_ok=True)
            self._etag_path.unlink(missing_ok=True)

    def broken_off(self, reason: str) -> ServiceError:
        """The error of a download that is given up."""
        done = self.path.stat().st_size if self.path.exists() else 0
        return error_of(
            "UNAVAILABLE",
            f"the download broke off at {done:,} of {self.size_bytes:,} bytes ({reason})",
            method=METHOD,
            name=self._name,
            advice=f"Call download again: it goes on from {self.path}."
            if self.done_bytes
            else "Call download again.",
        )

    @contextmanager
    def _on_disk(self) -> Iterator[None]:
        """Tells the disk's no from the network's, which is an OSError too."""
        try:
            yield
        except OSError as error:
            raise error_of(
                "FAILED_PRECONDITION",
                f"{self._to} cannot be written: {error.strerror or error}",
                method=METHOD,
                name=self._name,
                advice="Name a place in a folder that is there, has room, and may be written to.",
            ) from error

    def _refusal(self, status: int, body: bytes) -> ServiceError:
        try:
            said = json.loads(body)["error"]
            code, message = str(said["status"]), str(said["message"])
            reason = str(said["details"][0]["reason"])
        except (ValueError, LookupError, TypeError):
            code, message, reason = "UNKNOWN", f"refused with HTTP {status}", ""
        return error_of(code, message, reason, method=METHOD, name=self._name)


def no_audio(name: str, state: str, mime_type: str) -> ServiceError:
    """The error for a recording that has no such file."""
    advice = {
        "PENDING": "Call wait_until_ready first.",
        "EMPTY": "It was silent from beginning to end, so there is none.",
        "FAILED": "Its session says why: client.session(name).",
    }
    return error_of(
        "FAILED_PRECONDITION",
        f"it is {state} and has no {mime_type} to download",
        method=METHOD,
        name=name,
        advice=advice.get(state, "Its audio field lists what it has."),
    )
