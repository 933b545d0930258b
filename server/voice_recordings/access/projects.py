"""The projects file in force."""

import logging
from collections.abc import Callable
from pathlib import Path

from voice_recordings.access.changes import Changes
from voice_recordings.access.policy import Policy
from voice_recordings.access.projects_file import MAX_BYTES, read_projects
from voice_recordings.errors import ProjectsFileInvalid

_log = logging.getLogger(__name__)


class Projects:
    """Holds the policy of the projects file, which changes as the file does."""

    def __init__(self, path: Path, changes: Changes | None = None) -> None:
        """Changes are written down where it is given. Raises `ProjectsFileInvalid`."""
        self.path = path
        self.policy = self._read()
        self._changes = changes
        if changes is not None:
            changes.policy_at_start(path, self.policy.facts())

    def current(self) -> Policy:
        """The policy in force."""
        return self.policy

    def reload(self) -> Callable[[], None]:
        """Reads the file; gives what puts it in force and logs every change.

        The changes are in the audit trail by then. Raises `ProjectsFileInvalid`.
        """
        policy = self._read()
        before, after = self.policy.facts(), policy.facts()
        if self._changes is not None:
            self._changes.policy(self.path, before, after)

        def put_in_force() -> None:
            self.policy = policy
            for fact in sorted(before - after):
                _log.info("no longer: %s", fact.text)
            for fact in sorted(after - before):
                _log.info("now: %s", fact.text)

        return put_in_force

    def _read(self) -> Policy:
        # Brings cryptography, for those who have a projects file.
        from voice_recordings.access.rsa import load_public_key  # noqa: PLC0415

        try:
            with self.path.open("rb") as file:
                raw = file.read(MAX_BYTES + 1)
            if len(raw) > MAX_BYTES:
                raise ProjectsFileInvalid(f"--projects {self.path}: larger than {MAX_BYTES} bytes")
            return read_projects(raw.decode(), load_public_key)
        except ProjectsFileInvalid as error:
            raise ProjectsFileInvalid(f"--projects {self.path}: {error.message}") from error
        except (OSError, UnicodeDecodeError) as error:
            raise ProjectsFileInvalid(f"--projects {self.path}: cannot be read: {error}") from error
