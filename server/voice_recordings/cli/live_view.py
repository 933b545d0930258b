"""What a person sees of a live recording: time, levels, what is safe, how it stands."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.levels import LevelMeter
from voice_recordings.client.live import LiveProgress

_METER_WIDTH = 30
_QUIETEST_DBFS = -60.0

# Is told the seconds played, the PCM of the last of them, and how far the recording is.
View = Callable[[float, bytes, LiveProgress], None]


@contextmanager
def live_view(audio: PcmFormat, length_seconds: float) -> Iterator[View]:
    """A view on standard error where a person looks on; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _played, _pcm, _progress: None
        return
    from rich.console import Console  # noqa: PLC0415 - only where a person looks on
    from rich.live import Live  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    with Live(console=Console(stderr=True), refresh_per_second=10) as shown:
        yield lambda played, pcm, progress: shown.update(
            Text("\n".join(lines(audio, length_seconds, played, pcm, progress)))
        )


def lines(
    audio: PcmFormat, length_seconds: float, played: float, pcm: bytes, progress: LiveProgress
) -> list[str]:
    """The view as text: one line of figures, one for each channel's level."""
    again = f", {progress.reconnections} times taken up again" if progress.reconnections else ""
    state = progress.reason or ("recording" if progress.connected else "connecting")
    head = (
        f"{clock(played)} / {clock(length_seconds)}  {state}"
        f"  {progress.committed_bytes:,} bytes safe{again}"
    )
    meter = LevelMeter(audio)
    meter.feed(pcm)
    levels = [level.loudness_dbfs for level in meter.finish()]
    return [head, *(f"  channel {index} {bar(level)}" for index, level in enumerate(levels))]


def bar(level_dbfs: float) -> str:
    """A level as a bar; empty at -60 dBFS and below, full at 0."""
    part = min(max(1 - level_dbfs / _QUIETEST_DBFS, 0.0), 1.0)
    filled = round(part * _METER_WIDTH)
    return f"{'█' * filled}{'░' * (_METER_WIDTH - filled)} {level_dbfs:6.1f} dBFS"


def clock(seconds: float) -> str:
    """Minutes and seconds."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"
