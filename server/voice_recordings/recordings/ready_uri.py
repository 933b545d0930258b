"""Where the ready webhook may be asked to go."""

from urllib.parse import urlsplit

from voice_recordings.errors import InvalidArgument

_MAX_LENGTH = 2048


def check_ready_uri(text: str, field: str = "ready_uri") -> None:
    """Raises `InvalidArgument` unless the text is empty or an absolute http(s) URI."""
    if not text:
        return
    if len(text) > _MAX_LENGTH:
        raise InvalidArgument.of(field, f"is longer than {_MAX_LENGTH} characters")
    if any(character <= " " or character > "~" for character in text):
        raise InvalidArgument.of(field, "holds a character that a URI may not hold unescaped")
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise InvalidArgument.of(field, "must be an absolute http or https URI")
