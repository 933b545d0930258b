"""What a file may claim about its samples, whatever its kind."""

from voice_recordings.audio.format import (
    MAX_CHANNEL_COUNT,
    MAX_SAMPLE_RATE_HERTZ,
    MIN_SAMPLE_RATE_HERTZ,
)
from voice_recordings.errors import NotAudio


def not_audio(description: str) -> NotAudio:
    """The error that says what is wrong with the file."""
    return NotAudio.of("file.data", description)


def check_claims(sample_rate_hertz: int, channel_count: int) -> None:
    """Raises NotAudio for a rate or number of channels that is not accepted."""
    if not 1 <= channel_count <= MAX_CHANNEL_COUNT:
        raise not_audio(f"it has {channel_count} channels; 1 or 2 are accepted")
    if not MIN_SAMPLE_RATE_HERTZ <= sample_rate_hertz <= MAX_SAMPLE_RATE_HERTZ:
        raise not_audio(
            f"its sample rate is {sample_rate_hertz} Hz; "
            f"{MIN_SAMPLE_RATE_HERTZ} to {MAX_SAMPLE_RATE_HERTZ} are accepted"
        )
