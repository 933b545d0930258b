"""A process whose pipes the event loop serves, started without running our threads' fork handlers.

uvloop starts processes by fork(), in whose child grpc starts its threads again;
one of them now and then reads what is not there and ends the child by SIGSEGV
before it has become the program. `subprocess.Popen` starts them by vfork(),
which runs no handlers, and does not copy the page tables of a large server.
"""

import asyncio
import contextlib
import os
import subprocess
import sys
from typing import IO


class Process:
    """A process with a pipe at either end; nothing of our environment, nor of our signals."""

    def __init__(
        self,
        popen: subprocess.Popen[bytes],
        stdin: asyncio.StreamWriter,
        stdout: asyncio.StreamReader,
        stdout_transport: asyncio.BaseTransport,
    ) -> None:
        self.pid = popen.pid
        self.stdin = stdin
        self.stdout = stdout
        self._popen = popen
        self._stdout_transport = stdout_transport

    def kill(self) -> None:
        """Ends it, if it has not ended."""
        self._popen.kill()

    async def wait(self) -> int:
        """Its exit status once it has ended; a signal's number, negative, if one ended it."""
        # A thread waits: whoever asks has killed it or seen the end of what it says.
        return await asyncio.to_thread(self._popen.wait)

    async def stop(self) -> None:
        """Ends it, and returns when it is gone."""
        self.kill()
        self._stdout_transport.close()
        self.stdin.close()
        await self.wait()
        # What could not be written any more is of no interest.
        with contextlib.suppress(OSError, RuntimeError):
            await self.stdin.wait_closed()


async def start(command: tuple[str, ...], *, limit_bytes: int) -> Process:
    """Starts a program, reading ahead so many bytes of what it says."""
    popen = _popen(command)
    try:
        stdin, stdout = _there(popen.stdin), _there(popen.stdout)
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=limit_bytes)
        stdout_transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), stdout
        )
        nothing = asyncio.StreamReader()
        transport, protocol = await loop.connect_write_pipe(
            lambda: asyncio.StreamReaderProtocol(nothing), stdin
        )
        writer = asyncio.StreamWriter(transport, protocol, nothing, loop)
    except BaseException:
        popen.kill()
        popen.wait()
        raise
    return Process(popen, writer, reader, stdout_transport)


def _popen(command: tuple[str, ...]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own program
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        start_new_session=True,
        env={
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            # One thread decodes; a pool for matrices would only reserve memory.
            "OPENBLAS_NUM_THREADS": "1",
        },
    )


def _there(pipe: IO[bytes] | None) -> IO[bytes]:
    """The pipe, which is there because it was asked for."""
    if pipe is None:
        raise RuntimeError
    return pipe
