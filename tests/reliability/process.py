"""A server process that is not treated gently."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

SERVE = (sys.executable, "-m", "voice_recordings", "serve")
_ADDRESSES = ("--grpc-address", "127.0.0.1:0", "--http-address", "127.0.0.1:0")


class NotStarted(Exception):
    """The server ended before it was ready; what it said, and its exit status."""

    def __init__(self, said: str, status: int) -> None:
        super().__init__(f"exit status {status}: {said}")
        self.said = said
        self.status = status


class ServerProcess:
    """Started on free ports, and killed when the block ends unless it is gone by then."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        command: Sequence[str] = SERVE,
    ) -> None:
        # Into a file: a pipe nobody reads would hold the server up when it is full.
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it is gone
        self._process = subprocess.Popen(
            [*command, *_ADDRESSES, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._said,
            env={**os.environ, **(environment or {})},
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            status, said = self.wait()
            raise NotStarted(said, status)
        ready = json.loads(line)
        self.http_url: str = ready["http"]
        self.grpc_address: str = ready["grpc"]
        self.pid = self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()

    def kill(self) -> None:
        """SIGKILL; nothing is flushed, closed or told."""
        if self._process.poll() is None:
            self._process.kill()
        self._gone()

    def stop(self) -> str:
        """SIGTERM, and what it has said when it is gone."""
        self._process.send_signal(signal.SIGTERM)
        said = self._gone()
        assert self._process.returncode == 0, said
        return said

    def has_said(self, words: str) -> bool:
        """Whether it has said this by now."""
        said = os.pread(self._said.fileno(), os.fstat(self._said.fileno()).st_size, 0)
        return words in said.decode()

    def wait(self) -> tuple[int, str]:
        """Waits for it to end by itself: its exit status and what it said."""
        said = self._gone()
        return self._process.returncode, said

    def _gone(self) -> str:
        """Waits for the end; what it has said."""
        self._process.communicate(timeout=120)
        if self._said.closed:
            return ""
        with self._said as said:
            said.seek(0)
            return said.read().decode()
