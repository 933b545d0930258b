"""The backup and restore commands of docs/operating.md, as they stand there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reliability.journal import Journal
from reliability.process import ServerProcess

if TYPE_CHECKING:
    from support.postgres import PostgresServer

pytestmark = pytest.mark.check

_PAGE = Path(__file__).parents[2] / "docs" / "operating.md"
_COMMANDS = re.compile(r"<!-- run: (.+?) -->\n```sh\n(.+?)```", re.DOTALL)


def run(what: str, data: Path, backup: Path, **environment: str) -> None:
    """Runs the commands that stand under this comment, on other folders."""
    commands = dict(_COMMANDS.findall(_PAGE.read_text()))[what]
    commands = commands.replace("/var/lib/voice-recordings", str(data))
    commands = commands.replace("/var/backups/voice-recordings", str(backup))
    # The page's reader has the command on the path, whether or not these tests' caller has.
    path = f"{Path(sys.executable).parent}{os.pathsep}{environment.get('PATH', os.environ['PATH'])}"
    given = {**os.environ, **environment, "PATH": path}
    subprocess.run(["bash", "-euc", commands], env=given, check=True)


def test_a_data_directory_is_backed_up_and_restored(tmp_path: Path) -> None:
    """While it is served."""
    data, backup = tmp_path / "data", tmp_path / "backup"
    flags = ["--data-dir", str(data)]
    before = Journal(seed=21)
    with ServerProcess(flags) as server:
        for _ in range(5):
            assert before.send(server.http_url)
        run("backup of a data directory", data, backup)
        before.check(server.http_url)
        server.kill()
    shutil.rmtree(data)
    run("restore of a data directory", data, backup)
    with ServerProcess(flags) as server:
        before.check_all_again(server.http_url)
        assert len(before.whole) == 5
        server.stop()


def test_postgresql_is_backed_up_and_restored(
    postgres_server: "PostgresServer", tmp_path: Path
) -> None:
    """Into a database of its own."""
    programs = Path(postgres_server.binary("pg_dump")).parent
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    media, backup, secret = tmp_path / "media", tmp_path / "backup", tmp_path / "secret"
    secret.write_text("0123456789abcdef" * 4)
    flags = ["--media", f"file://{media}", "--secret-file", str(secret)]
    first, second = (postgres_server.create_database(name) for name in ("first", "second"))
    journal = Journal(seed=23)
    with ServerProcess(["--store", first, *flags]) as server:
        for _ in range(5):
            assert journal.send(server.http_url)
        journal.check(server.http_url)
        run("backup of PostgreSQL", tmp_path, backup, STORE=first, PATH=path)
        server.stop()
    run("restore of PostgreSQL", tmp_path, backup, STORE=second, PATH=path)
    with ServerProcess(["--store", second, *flags]) as server:
        journal.check_all_again(server.http_url)
        server.stop()
    assert len(journal.whole) == 5
