"""What can be allowed, and the roles that bundle it."""

import enum
from collections.abc import Mapping
from types import MappingProxyType


class Permission(enum.Enum):
    """One thing that may be done in a project; the first three are the publisher's."""

    GET = "voice.recordings.get"
    LIST = "voice.recordings.list"
    DELETE = "voice.recordings.delete"
    CREATE = "voice.recordings.create"
    WRITE = "voice.recordings.write"
    GET_SESSION = "voice.sessions.get"
    LIST_WEBHOOKS = "voice.webhooks.list"
    REDELIVER_WEBHOOK = "voice.webhooks.redeliver"


_VIEWER = frozenset({Permission.GET, Permission.LIST})

# The roles every project has; a project may add its own.
ROLES: Mapping[str, frozenset[Permission]] = MappingProxyType(
    {
        "roles/voice.viewer": _VIEWER,
        "roles/voice.editor": _VIEWER | {Permission.DELETE},
        "roles/voice.recorder": frozenset({Permission.CREATE, Permission.WRITE}),
        "roles/voice.admin": frozenset(Permission),
    }
)
