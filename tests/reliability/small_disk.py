"""A real disk that is soon full: a few MiB of memory, mounted where only its processes see it."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from reliability.process import SERVE

_MOUNTED = "/mnt"
_HOLD = f"mount -t tmpfs -o size=%dk tmpfs {_MOUNTED} && echo mounted && exec cat"


class SmallDisk:
    """A tmpfs in a mount namespace of its own, which an ordinary user may make.

    `inside` is where a server that is started by `serve` finds it, `outside`
    where the test does.
    """

    inside = _MOUNTED

    def __init__(self, size_kibibytes: int) -> None:
        self._holder = subprocess.Popen(
            ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", _HOLD % size_kibibytes],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self._holder.stdout is not None
        if self._holder.stdout.readline() != b"mounted\n":
            _, said = self._holder.communicate()
            if os.environ.get("CI"):
                raise AssertionError(said.decode())
            pytest.skip(f"this system lets no user mount a tmpfs: {said.decode().strip()}")
        self._namespace = f"--target={self._holder.pid}"
        self.outside = Path(f"/proc/{self._holder.pid}/root{_MOUNTED}")
        self.serve = self.command(*SERVE[1:])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # It ends with its input, and the disk with it and all who use it.
        self._holder.communicate()

    def command(self, *arguments: str) -> tuple[str, ...]:
        """Python with these arguments, where the disk is."""
        enter = ("nsenter", "--user", "--mount", "--preserve-credentials", self._namespace)
        return (*enter, sys.executable, *arguments)

    def fill(self, *, but_kibibytes: int = 0) -> None:
        """Takes every byte that is left, or all but so many."""
        with self._ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            for size in (65536, 4096, 1):
                with contextlib.suppress(OSError):
                    while file.write(bytes(size)):
                        pass
        os.truncate(self._ballast, self._ballast.stat().st_size - but_kibibytes * 1024)

    def make_room(self) -> None:
        """Gives back what `fill` took."""
        self._ballast.unlink()

    @property
    def _ballast(self) -> Path:
        return self.outside / "ballast"
