"""Projects and service accounts to test with."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from support.jwts import jwt, key_pair
from voice_recordings.access.policy import Policy
from voice_recordings.access.projects_file import read_projects
from voice_recordings.access.rsa import load_public_key

OWN = "crm@acme.voice-recordings.internal"
OTHER = "crm@globex.voice-recordings.internal"
KEY_ID = "key-1"
TOKEN_URL = "http://127.0.0.1:8080/token"
NODE_SCOPE = "https://127.0.0.1/enfonica.voice.v1beta1.Recordings"
DOTNET_SCOPE = "https://api.enfonica.com/auth/voice"


def projects_toml(*, role: str = "roles/voice.admin", more: str = "") -> str:
    """A projects file of two projects with one account each."""
    return f"""
[projects.acme.bindings]
"{role}" = ["{OWN}"]
[projects.globex.bindings]
"{role}" = ["{OTHER}"]
[service_accounts."{OWN}"]
project = "acme"
[service_accounts."{OWN}".keys]
"{KEY_ID}" = '''{key_pair(0).public}'''
[service_accounts."{OTHER}"]
project = "globex"
[service_accounts."{OTHER}".keys]
"{KEY_ID}" = '''{key_pair(1).public}'''
{more}"""


def policy(**changes: str) -> Policy:
    """The policy of that file."""
    return read_projects(projects_toml(**changes), load_public_key)


def assertion(
    now: datetime,
    *,
    header: dict[str, Any] | None = None,
    key: int = 0,
    drop: tuple[str, ...] = (),
    claims: Mapping[str, Any] | None = None,
    **more_claims: Any,
) -> str:
    """The assertion the publisher's Node client makes, with what is given changed."""
    seconds = int(now.timestamp())
    said = {
        "iss": OWN,
        "scope": NODE_SCOPE,
        "aud": TOKEN_URL,
        "exp": seconds + 3600,
        "iat": seconds,
        **(claims or {}),
        **more_claims,
    }
    for name in drop:
        del said[name]
    return jwt(key_pair(key).private, {"alg": "RS256", "kid": KEY_ID} | (header or {}), said)
