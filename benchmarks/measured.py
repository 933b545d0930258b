"""A server to be measured, in a process of its own, and what it keeps recordings in."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support.seaweed import SeaweedServer, environment  # noqa: E402 - after the path is set


class Served:
    """The measured server, on a folder or in memory."""

    def __init__(self, *settings: str, environment: Mapping[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("served.py")), *settings],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, **(environment or {})},
        )  # fmt: skip
        self.ready = self._line()

    def figures(self) -> dict[str, float]:
        """What it has used since it was last asked."""
        assert self._process.stdin is not None
        self._process.stdin.write("figures\n")
        self._process.stdin.flush()
        return self._line()

    def stop(self) -> None:
        """Ends it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)

    def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


def scratch() -> Path:
    """Where files may be made: on the disk, and out of git's sight."""
    folder = Path.cwd() / ".cache"
    folder.mkdir(exist_ok=True)
    return folder


def processor_seconds(process_id: int) -> float:
    """What another process has used so far."""
    stat = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def kept(where: str, folder: str, settings: list[str]) -> Iterator[tuple[Served, int]]:
    """A server, and the process of its object store or 0."""
    if where != "s3":
        served = Served(*(settings or [f"data_dir={folder}/data"]))
        yield served, 0
        served.stop()
        return
    with SeaweedServer() as store:
        served = Served(
            f"data_dir={folder}/data",
            f"media=s3://{store.bucket}/live",
            *settings,
            environment=environment(store.port),
        )
        yield served, store.process_id
        served.stop()
