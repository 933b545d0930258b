"""Stores that cannot be used: said at start and by the doctor, and left as they are."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from reliability.journal import Journal
from reliability.process import NotStarted, ServerProcess
from reliability.works import wait_until

if TYPE_CHECKING:
    from support.postgres import PostgresServer
    from support.seaweed import SeaweedServer

# Many servers, one after the other: too slow for every run.
pytestmark = pytest.mark.check

_PAGE_BYTES = 4096


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A data directory with a recording in it, left by a server that is gone."""
    folder = tmp_path / "data"
    journal = Journal(seed=11)
    with ServerProcess(["--data-dir", str(folder)]) as server:
        for _ in range(3):
            assert journal.send(server.http_url)
        journal.check(server.http_url)
        server.stop()
    return folder


def refusal(*arguments: str, environment: dict[str, str] | None = None) -> str:
    """What a server says that does not start."""
    with pytest.raises(NotStarted) as refused, ServerProcess(arguments, environment=environment):
        pass
    assert refused.value.status == 2
    assert "Traceback" not in refused.value.said
    return refused.value.said


def doctor(*arguments: str, environment: dict[str, str] | None = None) -> tuple[int, str]:
    """The doctor's exit status and what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "voice_recordings", "doctor", *arguments],
        capture_output=True,
        check=False,
        env={**os.environ, **(environment or {})},
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done.returncode, done.stdout.decode()


def content(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }


def test_a_folder_in_use_is_refused(kept: Path) -> None:
    """The first server goes on undisturbed."""
    with ServerProcess(["--data-dir", str(kept)]) as first:
        assert "in use by another server" in refusal("--data-dir", str(kept))
        assert Journal(seed=11).send(first.http_url), "the same file again is the same answer"
        assert doctor("--data-dir", str(kept))[0] == 0
        first.stop()


def test_a_folder_that_is_read_only_is_refused() -> None:
    """/proc is one to root as well, who may write everywhere else."""
    assert "cannot be written to" in refusal("--data-dir", "/proc/voice-recordings")
    assert doctor("--data-dir", "/proc/voice-recordings")[0] == 1


def test_a_newer_database_is_refused(kept: Path) -> None:
    """It says which version to run."""
    connection = sqlite3.connect(kept / "recordings.db")
    connection.execute("UPDATE voice_recordings_schema SET version_num = '9999'")
    connection.commit()
    connection.close()
    before = content(kept)
    assert "newer version" in refusal("--data-dir", str(kept))
    status, said = doctor("--data-dir", str(kept))
    assert (status, "newer version" in said) == (1, True)
    assert content(kept) == before


@pytest.mark.parametrize("page", [1, 2, 5])
def test_a_damaged_database_is_refused(kept: Path, page: int) -> None:
    """One page overwritten: where to get it back is said, and nothing is made worse."""
    database = kept / "recordings.db"
    with database.open("r+b") as file:
        file.seek((page - 1) * _PAGE_BYTES)
        file.write(os.urandom(_PAGE_BYTES))
    before = content(kept)
    said = refusal("--data-dir", str(kept))
    assert "damaged" in said
    assert "backup" in said
    assert doctor("--data-dir", str(kept))[0] == 1
    assert content(kept) == before


def test_a_media_file_that_is_cut_is_found(kept: Path) -> None:
    """By the doctor, and by the sweep at start; the other recordings are served."""
    victim = next(kept.glob("media/*/*/pcm"))
    with victim.open("r+b") as file:
        file.truncate(100)
    status, said = doctor("--data-dir", str(kept))
    assert (status, "1 damaged" in said) == (1, True)
    with ServerProcess(["--data-dir", str(kept)]) as server:
        wait_until(lambda: server.has_said("stored audio is damaged"), "it is not found")
        server.stop()


def test_orphans_are_swept_at_start(kept: Path) -> None:
    """An object without a row is gone within seconds; the others stay."""
    orphan = kept / "media" / "019200" / "01920000-0000-7000-8000-000000000000" / "pcm"
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"left behind")
    before = content(kept)
    with ServerProcess(["--data-dir", str(kept)]) as server:
        wait_until(lambda: not orphan.exists(), "an orphan is not swept")
        server.stop()
    after = {name for name in before if name.startswith("media/") and "019200" not in name}
    assert after <= content(kept).keys()


def test_audio_is_not_swept_because_the_wrong_database_is_named(
    kept: Path, tmp_path: Path, postgres_server: "PostgresServer"
) -> None:
    """A new one knows of no audio at all: it is refused, and set up by no start."""
    media = ["--media", f"file://{kept}/media", "--secret-file", str(kept / "secret")]
    before = content(kept / "media")
    stores = (f"sqlite://{tmp_path}/new.db", postgres_server.create_database(f"new-{uuid4()}"))
    for flags in (["--store", store, *media] for store in stores for _ in range(2)):
        assert "would take it for nobody's" in refusal(*flags)
        status, said = doctor(*flags)
        assert (status, "would take it for nobody's" in said) == (1, True)
    (kept / "recordings.db").unlink()
    assert "would take it for nobody's" in refusal("--data-dir", str(kept))
    assert content(kept / "media") == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("127.0.0.1:", "127.0.0.1:1"), "cannot be opened"),
        (("/postgres", "/absent"), "cannot be opened"),
        (("postgres@", "somebody@"), "cannot be opened"),
    ],
    ids=["port", "database", "user"],
)
def test_a_wrong_dsn_is_refused(
    postgres_server: "PostgresServer", tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    """With the address in the message, and without the password."""
    dsn = postgres_server.dsn()
    if change[0] == "127.0.0.1:":
        dsn = dsn.replace(f":{postgres_server.port}", ":1")
    else:
        dsn = dsn.replace(*change)
    dsn = dsn.replace("@", ":hunter2@", 1)
    secret = tmp_path / "secret"
    secret.write_text("0123456789abcdef" * 4)
    flags = ["--store", dsn, "--media", f"file://{tmp_path}/m", "--secret-file", str(secret)]
    told = refusal(*flags)
    assert said in told
    assert "hunter2" not in told
    status, told = doctor(*flags)
    assert (status, said in told, "hunter2" in told) == (1, True, False)


@pytest.mark.parametrize(
    ("bucket", "identity", "said"),
    [("absent", "READER", "bucket"), ("recordings", "READER", "refuses these credentials")],
    ids=["missing", "refusing"],
)
def test_a_bucket_that_does_not_serve_is_refused(
    seaweed_server: "SeaweedServer", tmp_path: Path, bucket: str, identity: str, said: str
) -> None:
    """Missing, or closed to these credentials."""
    from support import seaweed  # noqa: PLC0415 - not in the core packages

    environment = seaweed.environment(seaweed_server.port, getattr(seaweed, identity))
    flags = ["--data-dir", str(tmp_path / "data"), "--media", f"s3://{bucket}/audio"]
    assert said in refusal(*flags, environment=environment)
    assert doctor(*flags, environment=environment)[0] == 1


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of somebody who listens and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        yield listener.getsockname()[1]


@pytest.mark.parametrize("answers", [False, True], ids=["closed", "silent"])
@pytest.mark.parametrize("store", ["s3", "postgres"])
def test_a_store_that_does_not_answer_is_refused(
    silent: int, tmp_path: Path, store: str, *, answers: bool
) -> None:
    """Whether nobody is there or somebody is who says nothing; and what to look at."""
    from support import seaweed  # noqa: PLC0415 - not in the core packages

    port = silent if answers else 1
    environment = seaweed.environment(port)
    flags = ["--data-dir", str(tmp_path / "data"), "--media", "s3://recordings/audio"]
    if store == "postgres":
        secret = tmp_path / "secret"
        secret.write_text("0123456789abcdef" * 4)
        flags = ["--store", f"postgresql://somebody@127.0.0.1:{port}/recordings"]
        flags += ["--media", f"file://{tmp_path}/m", "--secret-file", str(secret)]
    assert "is up" in refusal(*flags, environment=environment)
    status, said = doctor(*flags, environment=environment)
    assert (status, "is up" in said) == (1, True)


@pytest.mark.parametrize("content", [b"hello", b"SQLite format 3\0"], ids=["other", "cut"])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    """And left as it is: it may be somebody's."""
    database = tmp_path / "recordings.db"
    database.write_bytes(content)
    assert "damaged" in refusal("--data-dir", str(tmp_path))
    assert doctor("--data-dir", str(tmp_path))[0] == 1
    assert database.read_bytes() == content


def test_a_folder_can_be_copied_while_nobody_serves(kept: Path, tmp_path: Path) -> None:
    """The whole state is in it."""
    copy = tmp_path / "copy"
    shutil.copytree(kept, copy)
    assert doctor("--data-dir", str(copy))[0] == 0
