"""Resource names (AIP-122): projects, calls and recordings."""

import re
from dataclasses import dataclass

from voice_recordings.errors import InvalidArgument

_PROJECT = re.compile(r"[a-z][a-z0-9-]{2,62}")
_ID = re.compile(r"[A-Za-z0-9_.~-]{1,64}")
_RESERVED = ("-", ".", "..")
_SHOWN_LENGTH = 80
_PROJECT_RULE = "3 to 63 of a-z, 0-9 and -, beginning with a letter"
_ID_RULE = "1 to 64 of A-Z, a-z, 0-9, _, ., ~ and -, but not -, . or .."


@dataclass(frozen=True, slots=True)
class CallName:
    """`projects/{project}/calls/{call}`."""

    project: str
    call: str

    def __str__(self) -> str:
        return f"projects/{self.project}/calls/{self.call}"

    @classmethod
    def parse(cls, text: str, field: str = "parent") -> "CallName":
        """Reads a call's name; raises `InvalidArgument` for the field."""
        project, call = _parts(text, field, ("projects", "calls"))
        check_project(project, field)
        check_id(call, field)
        return cls(project, call)


@dataclass(frozen=True, slots=True)
class RecordingName:
    """`projects/{project}/calls/{call}/recordings/{recording}`."""

    project: str
    call: str
    recording: str

    def __str__(self) -> str:
        return f"projects/{self.project}/calls/{self.call}/recordings/{self.recording}"

    @classmethod
    def parse(cls, text: str, field: str = "name") -> "RecordingName":
        """Reads a recording's name; raises `InvalidArgument` for the field."""
        project, call, recording = _parts(text, field, ("projects", "calls", "recordings"))
        check_project(project, field)
        check_id(call, field)
        check_id(recording, field)
        return cls(project, call, recording)

    @classmethod
    def parse_part(cls, part: str, text: str, field: str = "name") -> "RecordingName":
        """Reads the name of what every recording has one of, such as `{recording}/session`."""
        recording, slash, last = text.rpartition("/")
        if not slash or last != part:
            raise InvalidArgument.of(
                field, f"must look like projects/*/calls/*/recordings/*/{part}"
            )
        return cls.parse(recording, field)

    def part(self, part: str) -> str:
        """The name of its session, say."""
        return f"{self}/{part}"


@dataclass(frozen=True, slots=True)
class Parent:
    """What a list is of: one call, or all calls of a project when `call` is None."""

    project: str
    call: str | None

    def __str__(self) -> str:
        return f"projects/{self.project}/calls/{self.call or '-'}"

    @classmethod
    def parse(cls, text: str, field: str = "parent") -> "Parent":
        """Reads `projects/*/calls/*`, `projects/*/calls/-` or `projects/*` (AIP-159)."""
        names = ("projects",) if text.count("/") <= 1 else ("projects", "calls")
        try:
            project, *calls = _parts(text, field, names)
        except InvalidArgument:
            shapes = "must look like projects/* or projects/*/calls/*"
            raise InvalidArgument.of(field, shapes) from None
        check_project(project, field)
        if not calls or calls[0] == "-":
            return cls(project, None)
        check_id(calls[0], field)
        return cls(project, calls[0])


def check_id(text: str, field: str) -> None:
    """Raises `InvalidArgument` unless the text can be the id of a call or recording."""
    if not _ID.fullmatch(text) or text in _RESERVED:
        raise InvalidArgument.of(field, f"{_shown(text)} is not an id: {_ID_RULE}")


def check_project(text: str, field: str) -> None:
    """Raises `InvalidArgument` unless the text can be the id of a project."""
    if not _PROJECT.fullmatch(text):
        raise InvalidArgument.of(field, f"{_shown(text)} is not a project id: {_PROJECT_RULE}")


def _parts(text: str, field: str, collections: tuple[str, ...]) -> list[str]:
    pieces = text.split("/")
    if len(pieces) != 2 * len(collections) or tuple(pieces[::2]) != collections:
        shape = "/".join(f"{collection}/*" for collection in collections)
        raise InvalidArgument.of(field, f"must look like {shape}")
    return pieces[1::2]


def _shown(text: str) -> str:
    """At most 80 characters of what was sent, so that an answer stays small."""
    return repr(text if len(text) <= _SHOWN_LENGTH else text[: _SHOWN_LENGTH - 3] + "...")
