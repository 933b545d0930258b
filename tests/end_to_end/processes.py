"""A server in a process of its own, as `voice-recordings serve` makes one."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from support.secrets import secrets_in

COMMAND = [sys.executable, "-m", "voice_recordings"]


class Served:
    """Started on free ports; ended, and seen to end well, when the block does."""

    def __init__(self, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        self._arguments = arguments
        self._environment = {**os.environ, **(environment or {})}

    def __enter__(self) -> Self:
        return self.start()

    def start(self) -> Self:
        """Starts it and waits until it is ready."""
        self.process = subprocess.Popen(
            [*COMMAND, "serve", "--grpc-address", "127.0.0.1:0", "--http-address", "127.0.0.1:0",
             *self._arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self._environment,
        )  # fmt: skip
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(self.process.communicate()[1].decode())
        self.ready: dict[str, str] = json.loads(line)
        self.grpc_address = self.ready["grpc"]
        self.http_url = self.ready["http"]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.terminate()
        _, errors = self.process.communicate(timeout=120)
        if kind is None:
            assert self.process.returncode == 0, errors.decode()
            assert b"Traceback" not in errors, errors.decode()
            assert secrets_in(errors.decode()) == []


class Killed(Served):
    """Killed when the block ends, and not asked to."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.communicate(timeout=120)


def resident_bytes(process: "subprocess.Popen[bytes]") -> int:
    """How much memory a process has in use."""
    pages = Path(f"/proc/{process.pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
