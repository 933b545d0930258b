"""Whom an emulator lets in: accounts that everybody knows, or everybody by their own word.

No project is theirs: each holds its role in every project, so that a test needs
none to be set up.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from voice_recordings.access.authenticator import Caller
from voice_recordings.access.permissions import ROLES, Permission
from voice_recordings.access.policy import Policy, ServiceAccount, StaticToken
from voice_recordings.emulator.well_known_key import KEY_ID, PRIVATE_PEM, PUBLIC_PEM
from voice_recordings.errors import CredentialsMissing, Unauthenticated

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_PROJECT = "emulator"
_BEARER = re.compile(r"bearer +([\x21-\x7e]{1,8192})", re.IGNORECASE)
_SHOWN_LENGTH = 64


def token_of(role: str) -> str:
    """The token of the account that holds a role: `emulator-viewer` for `roles/voice.viewer`."""
    return f"emulator-{role.rpartition('.')[2]}"


def email_of(role: str) -> str:
    """The account that holds a role."""
    return f"{role.rpartition('.')[2]}@{_PROJECT}.example"


def key_file(role: str, public_url: str) -> str:
    """The key of the account that holds a role, as the publisher's clients read it."""
    content = {
        "type": "service_account",
        "project_id": _PROJECT,
        "private_key_id": KEY_ID,
        "private_key": PRIVATE_PEM,
        "client_email": email_of(role),
        "token_uri": f"{public_url.rstrip('/')}/token",
    }
    return json.dumps(content)


class WellKnownAccounts(Policy):
    """One account for each role, in every project there could be."""

    def __init__(self) -> None:
        # Brings cryptography, for those who ask callers who they are.
        from voice_recordings.access.rsa import load_public_key  # noqa: PLC0415

        key = load_public_key(PUBLIC_PEM)
        super().__init__({}, {email_of(role): _account(role, key) for role in ROLES})
        self._roles = {email_of(role): permissions for role, permissions in ROLES.items()}

    def allows(self, email: str, permission: Permission, project: str) -> bool:
        """Whether the account's role has the permission."""
        del project
        return permission in self._roles.get(email, frozenset())


class Everybody(Policy):
    """Anybody may do anything."""

    def __init__(self) -> None:
        super().__init__({}, {})

    def allows(self, email: str, permission: Permission, project: str) -> bool:
        """Always."""
        del email, permission, project
        return True


class PermissiveAuthenticator:
    """Takes any token for the name of its caller; there must be one."""

    def authenticate(self, headers: Sequence[str | bytes]) -> Caller:
        """The caller. Raises `Unauthenticated`, or its `CredentialsMissing`."""
        if not headers:
            raise CredentialsMissing
        header = headers[0]
        match = _BEARER.fullmatch(header) if isinstance(header, str) else None
        if len(headers) > 1 or match is None:
            raise Unauthenticated("there must be one authorization header: Bearer TOKEN")
        return Caller(match[1][:_SHOWN_LENGTH], None)


def _account(role: str, key: "RSAPublicKey") -> ServiceAccount:
    digest = hashlib.sha256(token_of(role).encode()).digest()
    return ServiceAccount(
        email_of(role),
        _PROJECT,
        keys={KEY_ID: key},
        tokens={"well-known": StaticToken(digest)},
    )
