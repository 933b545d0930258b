"""Which project something is about."""

import re

from google.protobuf.message import Message

from voice_recordings.errors import InvalidArgument
from voice_recordings.recordings.names import check_project

_NAMED = re.compile(r"projects/([a-z][a-z0-9-]{2,62})(?:/|$)")


def project_of(text: str, field: str) -> str:
    """The id in `projects/*`; raises `InvalidArgument` for the field."""
    collection, _, project = text.partition("/")
    if collection != "projects" or "/" in project:
        raise InvalidArgument.of(field, "must look like projects/*")
    check_project(project, field)
    return project


def project_in(text: str) -> str | None:
    """The id of the project that a name belongs to, if it is one's."""
    match = _NAMED.match(text)
    return match.group(1) if match else None


def project_asked(message: Message) -> str | None:
    """The project that a request is about, by its name or parent."""
    for field in ("name", "parent"):
        if field in message.DESCRIPTOR.fields_by_name:
            return project_in(getattr(message, field))
    return None
