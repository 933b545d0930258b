"""Which channels of a file are wanted."""

import enum


class Selection(enum.Enum):
    """All of them, or one made of two; the value is how a link says so."""

    ALL = ""
    MIX = "channels=1"
    PARENT_LEG = "channel=0"
    CHILD_LEG = "channel=1"

    @property
    def suffix(self) -> str:
        """What tells the file from the whole one: part of its name and its ETag."""
        return _SUFFIXES[self]


_SUFFIXES = {
    Selection.ALL: "",
    Selection.MIX: "-mix",
    Selection.PARENT_LEG: "-channel0",
    Selection.CHILD_LEG: "-channel1",
}
