"""Where the ready webhook may be asked to go."""

from voice_recordings.errors import InvalidArgument
from voice_recordings.recordings.webhook_url import parse


def check_ready_uri(text: str, field: str = "ready_uri") -> None:
    """Raises `InvalidArgument` unless the text is empty or a URI a webhook can be sent to."""
    if not text:
        return
    try:
        parse(text)
    except ValueError as error:
        raise InvalidArgument.of(field, str(error)) from error
