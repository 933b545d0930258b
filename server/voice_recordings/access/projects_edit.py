"""Changes to a projects file: comments and order stay, and nothing wrong is ever written."""

import fcntl
import os
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from voice_recordings.access.projects_file import read_projects
from voice_recordings.access.rsa import load_public_key
from voice_recordings.errors import ProjectsFileInvalid

_DOMAIN = "voice-recordings.internal"
_MODE = 0o600


class ProjectsEdit:
    """A projects file opened to be changed; every method raises `ProjectsFileInvalid`."""

    def __init__(self, document: tomlkit.TOMLDocument) -> None:
        self._document = document

    def add_project(self, project: str) -> None:
        """A project in which nobody may do anything yet."""
        projects = _table(self._document, "projects")
        if project in projects:
            raise ProjectsFileInvalid(f"there is a project {project} already")
        projects[project] = tomlkit.table()

    def remove_project(self, project: str) -> None:
        """Nobody may do anything in it any more; its recordings are not touched."""
        del self._project(project).parent[project]

    def grant(self, project: str, role: str, email: str) -> None:
        """Gives the account the role in the project; once is enough."""
        bindings = _table(self._project(project).table, "bindings", is_super_table=False)
        members = bindings.setdefault(role, tomlkit.array())
        if email not in members:
            members.append(email)

    def revoke(self, project: str, role: str, email: str) -> None:
        """Takes the role from the account."""
        bindings = self._project(project).table.get("bindings", {})
        if email not in bindings.get(role, []):
            raise ProjectsFileInvalid(f"{email} does not have {role} in {project}")
        bindings[role].remove(email)
        if not bindings[role]:
            del bindings[role]

    def add_account(self, name: str, project: str) -> str:
        """Makes a service account that has neither keys nor roles, and gives its email."""
        self._project(project)
        email = f"{name}@{project}.{_DOMAIN}"
        accounts = _table(self._document, "service_accounts")
        if email in accounts:
            raise ProjectsFileInvalid(f"there is a service account {email} already")
        account = tomlkit.table()
        account["project"] = project
        accounts[email] = account
        return email

    def remove_account(self, email: str) -> None:
        """Takes the account away, and every role it was granted."""
        del self._account(email).parent[email]
        for project in self._document.get("projects", {}).values():
            bindings = project.get("bindings", {})
            for role in [role for role, members in bindings.items() if email in members]:
                bindings[role].remove(email)
                if not bindings[role]:
                    del bindings[role]

    def set_disabled(self, email: str, *, disabled: bool) -> None:
        """Shuts the account out, or lets it in again; its roles stay in the file."""
        account = self._account(email).table
        if disabled:
            account["disabled"] = True
        else:
            account.pop("disabled", None)

    def project_of(self, email: str) -> str:
        """The project an account belongs to."""
        return str(self._account(email).table.get("project"))

    def add_key(self, email: str, key_id: str, public_pem: str, *, keep: int) -> None:
        """Adds a public key, the newest; of the older ones the last `keep` stay."""
        keys = _table(self._account(email).table, "keys", is_super_table=False)
        for old in list(keys)[: max(0, len(keys) - keep)]:
            del keys[old]
        keys[key_id] = tomlkit.string(public_pem, multiline=True)

    def add_token(self, email: str, name: str, sha256: str, expires: datetime | None) -> None:
        """Adds a static bearer token by its hash."""
        tokens = _table(self._account(email).table, "tokens")
        if name in tokens:
            raise ProjectsFileInvalid(f"{email} has a token {name} already")
        token = tomlkit.table()
        token["sha256"] = sha256
        if expires is not None:
            token["expires"] = expires
        tokens[name] = token

    def remove_token(self, email: str, name: str) -> None:
        """Takes a static token away."""
        tokens = self._account(email).table.get("tokens", {})
        if name not in tokens:
            raise ProjectsFileInvalid(f"{email} has no token {name}")
        del tokens[name]

    def _project(self, project: str) -> "_Found":
        return _found(self._document, "projects", project, f"there is no project {project}")

    def _account(self, email: str) -> "_Found":
        return _found(
            self._document, "service_accounts", email, f"there is no service account {email}"
        )


@contextmanager
def edited(path: Path) -> Iterator[ProjectsEdit]:
    """Opens the file, or a new one, and writes it back if it is sound.

    The new file takes the old one's place in one step, so that a server never
    reads half of it; whoever edits at the same time waits. Raises
    `ProjectsFileInvalid`, and leaves the file as it was.
    """
    try:
        with _locked(path.parent):
            text = path.read_text() if path.exists() else ""
            document = tomlkit.parse(text)
            yield ProjectsEdit(document)
            changed = tomlkit.dumps(document)
            read_projects(changed, load_public_key)
            _replace(path, changed)
    except (OSError, UnicodeDecodeError, TOMLKitError) as error:
        raise ProjectsFileInvalid(f"{path}: {error}") from error


class _Found:
    """A table, and the one it stands in."""

    def __init__(self, parent: MutableMapping[str, Any], table: Any) -> None:
        self.parent = parent
        self.table = table


def _found(document: tomlkit.TOMLDocument, key: str, name: str, otherwise: str) -> _Found:
    parent: Any = document.get(key, {})
    if name not in parent:
        raise ProjectsFileInvalid(otherwise)
    return _Found(parent, parent[name])


def _table(parent: Any, key: str, *, is_super_table: bool = True) -> Any:
    """The table under this key, which need not be there yet."""
    if key not in parent:
        parent[key] = tomlkit.table(is_super_table=is_super_table)
    return parent[key]


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _replace(path: Path, text: str) -> None:
    mode = path.stat().st_mode & 0o777 if path.exists() else _MODE
    part = path.with_name(f"{path.name}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.chmod(mode)
    part.replace(path)
