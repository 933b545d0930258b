"""Assertions that have been used, so that none is used twice."""

import hashlib
import os
import re
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from voice_recordings.access.assertions import Assertion, AssertionRefused

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_DIGEST_BYTES = 16
_AN_ACCOUNT = 20_000
# The file is written anew when so many lines have been added to it.
_LINES = 100_000
_LINE = re.compile(r"([0-9]{1,16}) ([0-9a-f]{32}) (\S+)")


class TooManyAssertions(AssertionRefused):
    """The account has used more assertions in an hour than are remembered."""


class NotRemembered(AssertionRefused):
    """The use of the assertion cannot be written down, so it cannot be used."""


class UsedAssertions:
    """Remembers each assertion until it ends; with a file, across restarts too."""

    def __init__(self, now: datetime, file: Path | None = None, limit: int = _AN_ACCOUNT) -> None:
        """`limit` is how many of one account are remembered. Raises OSError."""
        self._limit = limit
        self._file = file
        # By account, in the order of use; expiries need not be in order.
        self._used: dict[str, dict[bytes, datetime]] = defaultdict(dict)
        self._added = 0
        self._descriptor: int | None = None
        if file is not None:
            self._read(file)
            self._rewrite(file, now)

    def use(self, assertion: Assertion, now: datetime) -> None:
        """Raises `AssertionRefused` if it has been used, and remembers it if not."""
        used = self._used[assertion.email]
        digest = hashlib.sha256(assertion.signed.encode()).digest()[:_DIGEST_BYTES]
        if digest in used:
            raise AssertionRefused("it has been used already")
        if len(used) >= self._limit:
            self._forget(now)
            if len(used) >= self._limit:
                raise TooManyAssertions(
                    "the account has asked too often: an access token is good for an hour"
                )
        try:
            self._write_down(assertion.email, digest, assertion.expires, now)
        except OSError:
            raise NotRemembered("its use cannot be written down") from None
        used[digest] = assertion.expires

    def close(self) -> None:
        """Closes the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _forget(self, now: datetime) -> None:
        for used in self._used.values():
            for digest in [digest for digest, expires in used.items() if expires <= now]:
                del used[digest]

    def _read(self, file: Path) -> None:
        if file.exists():
            # A last line that was cut short was not answered either.
            for match in map(_LINE.fullmatch, file.read_text().splitlines()):
                if match:
                    expires = _EPOCH + int(match[1]) * _MILLISECOND
                    self._used[match[3]][bytes.fromhex(match[2])] = expires

    def _rewrite(self, file: Path, now: datetime) -> None:
        self._forget(now)
        self.close()
        part = file.with_name(f"{file.name}.part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(os.dup(descriptor), "w") as written:
            for email, used in self._used.items():
                written.writelines(_line(email, *each) for each in used.items())
        part.replace(file)
        self._descriptor, self._added = descriptor, 0

    def _write_down(self, email: str, digest: bytes, expires: datetime, now: datetime) -> None:
        if self._file is None:
            return
        if self._descriptor is None or self._added >= _LINES:
            self._rewrite(self._file, now)
        if self._descriptor is not None:
            os.write(self._descriptor, _line(email, digest, expires).encode())
            self._added += 1


def _line(email: str, digest: bytes, expires: datetime) -> str:
    return f"{(expires - _EPOCH) // _MILLISECOND} {digest.hex()} {email}\n"
