"""Where objects lie below one folder of the disk, and what it takes to keep them there."""

import os
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from voice_recordings.errors import ConfigurationError
from voice_recordings.recordings.ports import StoredFolder

# Folders are named by UUIDs that begin with the time (RFC 9562 §5.7): those made
# within 4.7 hours begin with the same six digits and lie side by side, so that
# no folder of the disk has to hold millions.
_SHELF_DIGITS = 6


class FileTree:
    """Paths below `root`, as ROOT/SHELF/FOLDER/NAME. Every method blocks."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._making = threading.Lock()

    def prepare(self) -> None:
        """Makes the root and tries it out. Raises `ConfigurationError`."""
        trial = self.root / ".writable"
        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            trial.write_bytes(b"")
            trial.unlink()
        except OSError as error:
            raise ConfigurationError(
                f"{self.root} cannot be written to ({error.strerror}): give this user the right "
                "to, or name another folder"
            ) from error

    def path(self, key: str) -> Path:
        """Where the object of a key lies."""
        folder, _, name = key.rpartition("/")
        return self._folder(folder) / name

    def make_folder(self, path: Path) -> None:
        """Makes the folder an object is to lie in, as durably as its content will be."""
        folder = path.parent
        with self._making:
            missing = [each for each in (folder, *folder.parents) if not each.exists()]
            folder.mkdir(parents=True, exist_ok=True)
            for made in missing:
                sync_folder(made.parent)

    def purge(self, folder: str) -> None:
        """Deletes a folder with all it holds, if it is there."""
        shutil.rmtree(self._folder(folder), ignore_errors=True)

    def shelves(self) -> list[Path]:
        """The parts of the tree, those with the newest folders first."""
        if not self.root.exists():
            return []
        return sorted((path for path in self.root.iterdir() if path.is_dir()), reverse=True)

    def folders_on(self, shelf: Path) -> Iterator[StoredFolder]:
        """The folders of one part of the tree."""
        with os.scandir(shelf) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield _stored(Path(entry.path))

    def _folder(self, folder: str) -> Path:
        return self.root / folder[:_SHELF_DIGITS] / folder


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _stored(folder: Path) -> StoredFolder:
    sizes = {}
    modified = 0.0
    try:
        modified = folder.stat().st_mtime
        with os.scandir(folder) as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                sizes[f"{folder.name}/{entry.name}"] = status.st_size
                modified = max(modified, status.st_mtime)
    except FileNotFoundError:
        pass  # purged meanwhile
    return StoredFolder(folder.name, datetime.fromtimestamp(modified, UTC), sizes)
