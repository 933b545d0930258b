"""Who may do what: projects, their service accounts, and what those are granted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from voice_recordings.access.permissions import ROLES, Permission

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_NOTHING: frozenset[Permission] = frozenset()


@dataclass(frozen=True, slots=True)
class StaticToken:
    """A bearer token kept as its SHA-256; without `expires` it is good until removed."""

    digest: bytes
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """Somebody who calls: a program of one project, known by its email."""

    email: str
    project: str
    disabled: bool = False
    keys: Mapping[str, "RSAPublicKey"] = field(default_factory=dict)
    tokens: Mapping[str, StaticToken] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Project:
    """One tenant: roles of its own, and role → the emails it is granted to."""

    roles: Mapping[str, frozenset[Permission]] = field(default_factory=dict)
    bindings: Mapping[str, frozenset[str]] = field(default_factory=dict)


class Fact(NamedTuple):
    """One thing that a policy says, as a sentence without secrets."""

    text: str
    is_credential: bool = False


class Policy:
    """What a projects file says, ready to be asked; never changes."""

    def __init__(
        self, projects: Mapping[str, Project], accounts: Mapping[str, ServiceAccount]
    ) -> None:
        self.projects = projects
        self.accounts = accounts
        self.bearers = {
            token.digest: (account, token.expires)
            for account in accounts.values()
            for token in account.tokens.values()
        }
        self._granted: dict[tuple[str, str], frozenset[Permission]] = {}
        for project_id, project in projects.items():
            for role, emails in project.bindings.items():
                for email in emails:
                    self._grant(email, project_id, project.roles.get(role) or ROLES[role])

    def _grant(self, email: str, project: str, permissions: frozenset[Permission]) -> None:
        if not self.accounts[email].disabled:
            key = (email, project)
            self._granted[key] = self._granted.get(key, _NOTHING) | permissions

    def allows(self, email: str, permission: Permission, project: str) -> bool:
        """Whether the account may; one look-up, whether the project exists or not."""
        return permission in self._granted.get((email, project), _NOTHING)

    def facts(self) -> frozenset[Fact]:
        """All it says; two policies differ in these."""
        said = {Fact(f"project {project}") for project in self.projects}
        for project_id, project in self.projects.items():
            for role, permissions in project.roles.items():
                names = ", ".join(sorted(permission.value for permission in permissions))
                said.add(Fact(f"project {project_id}: {role} is {names}"))
            for role, emails in project.bindings.items():
                said |= {
                    Fact(f"project {project_id}: {role} granted to {email}") for email in emails
                }
        for email, account in self.accounts.items():
            said.add(Fact(f"service account {email}{' (disabled)' if account.disabled else ''}"))
            for key_id, key in account.keys.items():
                # The key itself is part of the fact: its number tells it apart.
                told = f"service account {email}: key {key_id} ({_fingerprint(key)})"
                said.add(Fact(told, is_credential=True))
            for token_id, token in account.tokens.items():
                until = f" until {token.expires.isoformat()}" if token.expires else ""
                # A part of the digest tells a token from its successor of the same id.
                digest = token.digest[:4].hex()
                told = f"service account {email}: token {token_id} ({digest}){until}"
                said.add(Fact(told, is_credential=True))
        return frozenset(said)


def _fingerprint(key: "RSAPublicKey") -> str:
    return f"RSA {key.key_size}, modulus ends in {key.public_numbers().n % 2**32:08x}"
