"""Opening stores by their addresses."""

import subprocess
import sys
from pathlib import Path

import pytest

from voice_recordings.clock import SystemClock
from voice_recordings.errors import ConfigurationError
from voice_recordings.storage.opening import open_stores, path_of


@pytest.mark.parametrize(
    ("address", "path"),
    [("sqlite:///a/b.db", "/a/b.db"), ("file:///a/b%20c", "/a/b c")],
    ids=["plain", "escaped"],
)
def test_an_address_names_a_path(address: str, path: str) -> None:
    """Three slashes and an absolute path, escaped as in any URL."""
    assert path_of("store", address) == Path(path)


@pytest.mark.parametrize(
    ("store", "media"),
    [
        ("sqlite://a.db", "memory:"),
        ("sqlite:///", "memory:"),
        ("mysql://localhost/a", "memory:"),
        ("/var/lib/a.db", "memory:"),
        ("memory:", "file://folder"),
        ("memory:", "ftp://host/folder"),
    ],
)
async def test_what_cannot_be_opened_says_how_it_is_written(store: str, media: str) -> None:
    """Named by its flag."""
    with pytest.raises(ConfigurationError, match=r"^--(store|media) "):
        async with open_stores(store, media, SystemClock()):
            pass


async def test_a_file_is_opened_once(tmp_path: Path) -> None:
    """A second server would not know what the first one does."""
    store = f"sqlite://{tmp_path}/a.db"
    async with open_stores(store, "memory:", SystemClock()):
        with pytest.raises(ConfigurationError, match="in use by another server"):
            async with open_stores(store, "memory:", SystemClock()):
                pass
    async with open_stores(store, "memory:", SystemClock()):
        pass


@pytest.mark.parametrize("content", [b"not a database at all" * 400, b"SQLite format 3\0" * 512])
async def test_what_is_no_database_is_said_to_be_damaged(tmp_path: Path, content: bytes) -> None:
    """And it is left as it is."""
    path = tmp_path / "a.db"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="damaged"):
        async with open_stores(f"sqlite://{path}", "memory:", SystemClock()):
            pass
    assert path.read_bytes() == content


def test_memory_loads_no_database_code() -> None:
    """The default start stays quick."""
    check = (
        "import sys, voice_recordings.app;"
        "print([name for name in ('sqlalchemy', 'alembic', 'sqlite3', 'psycopg', 'obstore')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"
