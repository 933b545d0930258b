"""The projects file: TOML that says which projects there are and who may do what.

[projects.acme]
[projects.acme.roles]
"auditor" = ["voice.recordings.list"]
[projects.acme.bindings]
"roles/voice.viewer" = ["crm@acme.voice-recordings.internal"]

[service_accounts."crm@acme.voice-recordings.internal"]
project = "acme"
disabled = false
[service_accounts."crm@acme.voice-recordings.internal".keys]
"3f2a…" = "-----BEGIN PUBLIC KEY-----…"
[service_accounts."crm@acme.voice-recordings.internal".tokens.ci]
sha256 = "9f86…"
expires = 2031-01-01T00:00:00Z
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from voice_recordings.access.permissions import ROLES, Permission
from voice_recordings.access.policy import Policy, Project, ServiceAccount, StaticToken
from voice_recordings.errors import InvalidArgument, ProjectsFileInvalid
from voice_recordings.recordings.names import check_project

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

MAX_BYTES = 16 * 1024 * 1024
KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

_EMAIL = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}@[a-z0-9][a-z0-9.-]{0,252}")
_ROLE = re.compile(r"[a-z][A-Za-z0-9_.-]{0,62}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TELL_AT_MOST = 10


def read_projects(text: str, load_key: "Callable[[str], RSAPublicKey] | None" = None) -> Policy:
    """The policy a file holds; raises `ProjectsFileInvalid` with all that is wrong.

    `load_key` reads a PEM and raises ValueError; without it keys are left out,
    and with them what it takes to read them.
    """
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ProjectsFileInvalid(f"it is not TOML: {error}") from error
    reader = _Reader(load_key)
    policy = reader.policy(content)
    if reader.wrong or policy is None:
        more = len(reader.wrong) - _TELL_AT_MOST
        told = "; ".join(reader.wrong[:_TELL_AT_MOST]) + (f"; and {more} more" if more > 0 else "")
        raise ProjectsFileInvalid(told)
    return policy


class _Reader:
    """Reads tables and notes what is wrong with them, by the path of the key."""

    def __init__(self, load_key: "Callable[[str], RSAPublicKey] | None") -> None:
        self._load_key = load_key
        self.wrong: list[str] = []

    def policy(self, content: dict[str, Any]) -> Policy | None:
        self._known(content, "", {"projects", "service_accounts"})
        projects = {
            name: self._project(name, table) for name, table in self._tables(content, "projects")
        }
        accounts = {
            email: self._account(email, table, projects)
            for email, table in self._tables(content, "service_accounts")
        }
        self._bindings(projects, accounts)
        self._tokens(accounts)
        return None if self.wrong else Policy(projects, accounts)

    def _project(self, name: str, table: Mapping[str, Any]) -> Project:
        path = f"projects.{name}"
        try:
            check_project(name, "id")
        except InvalidArgument as error:
            self.wrong.append(f"{path}: {error.message}")
        self._known(table, path, {"roles", "bindings"})
        roles = {
            role: self._permissions(f"{path}.roles.{role}", permissions)
            for role, permissions in self._table(table, path, "roles").items()
        }
        for role in roles:
            if not _ROLE.fullmatch(role):
                self.wrong.append(f"{path}.roles: {role!r} is not a name for a role")
        bindings = {
            role: frozenset(self._strings(f"{path}.bindings.{role}", emails))
            for role, emails in self._table(table, path, "bindings").items()
        }
        return Project(roles, bindings)

    def _permissions(self, path: str, names: Any) -> frozenset[Permission]:
        known = {permission.value: permission for permission in Permission}
        found = set()
        for name in self._strings(path, names):
            if name in known:
                found.add(known[name])
            else:
                self.wrong.append(f"{path}: {name!r} is not a permission")
        return frozenset(found)

    def _account(
        self, email: str, table: Mapping[str, Any], projects: Mapping[str, Project]
    ) -> ServiceAccount:
        path = f'service_accounts."{email}"'
        if not _EMAIL.fullmatch(email):
            self.wrong.append(f"{path}: is not an email")
        self._known(table, path, {"project", "disabled", "keys", "tokens"})
        project, disabled = table.get("project"), table.get("disabled", False)
        if not isinstance(project, str) or project not in projects:
            self.wrong.append(f"{path}.project: must be a project of this file, not {project!r}")
        if not isinstance(disabled, bool):
            self.wrong.append(f"{path}.disabled: must be true or false")
        return ServiceAccount(
            email=email,
            project=str(project),
            disabled=bool(disabled),
            keys=dict(self._keys(path, self._table(table, path, "keys"))),
            tokens={
                name: self._token(f"{path}.tokens.{name}", token)
                for name, token in self._tables(table, "tokens", path)
            },
        )

    def _keys(self, path: str, table: Mapping[str, Any]) -> "Iterator[tuple[str, RSAPublicKey]]":
        for key_id, pem in table.items():
            where = f"{path}.keys.{key_id}"
            if not KEY_ID.fullmatch(key_id):
                self.wrong.append(f"{where}: is not a key id")
            elif not isinstance(pem, str):
                self.wrong.append(f"{where}: must be a public key in PEM")
            elif self._load_key is not None:
                try:
                    yield key_id, self._load_key(pem)
                except ValueError as error:
                    self.wrong.append(f"{where}: {error}")

    def _token(self, path: str, table: Mapping[str, Any]) -> StaticToken:
        self._known(table, path, {"sha256", "expires"})
        digest, expires = table.get("sha256"), table.get("expires")
        if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
            self.wrong.append(f"{path}.sha256: must be 64 hexadecimal digits")
            digest = ""
        if expires is not None and not isinstance(expires, datetime):
            self.wrong.append(f"{path}.expires: must be a date and time")
            expires = None
        if expires is not None and expires.tzinfo is None:
            expires = expires.replace(tzinfo=UTC)
        return StaticToken(bytes.fromhex(digest), expires)

    def _bindings(
        self, projects: Mapping[str, Project], accounts: Mapping[str, ServiceAccount]
    ) -> None:
        for name, project in projects.items():
            for role, emails in project.bindings.items():
                path = f"projects.{name}.bindings.{role}"
                if role not in ROLES and role not in project.roles:
                    self.wrong.append(f"{path}: there is no such role")
                self.wrong += [
                    f"{path}: there is no service account {email!r}"
                    for email in sorted(emails - accounts.keys())
                ]

    def _tokens(self, accounts: Mapping[str, ServiceAccount]) -> None:
        seen: set[bytes] = set()
        for account in accounts.values():
            for name, token in account.tokens.items():
                if token.digest in seen:
                    self.wrong.append(
                        f'service_accounts."{account.email}".tokens.{name}: is there twice'
                    )
                seen.add(token.digest)

    def _tables(
        self, table: Mapping[str, Any], key: str, path: str = ""
    ) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for name, value in self._table(table, path, key).items():
            if isinstance(value, dict):
                yield name, value
            else:
                self.wrong.append(f"{path}{'.' if path else ''}{key}.{name}: must be a table")

    def _table(self, table: Mapping[str, Any], path: str, key: str) -> Mapping[str, Any]:
        value = table.get(key, {})
        if isinstance(value, dict):
            return value
        self.wrong.append(f"{path}{'.' if path else ''}{key}: must be a table")
        return {}

    def _strings(self, path: str, values: Any) -> list[str]:
        if isinstance(values, list) and all(isinstance(value, str) for value in values):
            return values
        self.wrong.append(f"{path}: must be a list of strings")
        return []

    def _known(self, table: Mapping[str, Any], path: str, keys: set[str]) -> None:
        for key in sorted(table.keys() - keys):
            self.wrong.append(f"{path}{'.' if path else ''}{key}: is not a key of this file")
