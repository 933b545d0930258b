"""PCM 16 at one sample rate → PCM 16 at another, by soxr."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voice_recordings.audio.format import PcmFormat

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import soxr


class Resampler:
    """Resamples PCM pushed in, in any pieces of whole samples; the result does not depend on them.

    So many samples come out as the duration asks for, to the nearest.
    """

    def __init__(self, source: PcmFormat, sample_rate_hertz: int) -> None:
        self.format = PcmFormat(sample_rate_hertz, source.channel_count)
        self._source = source
        self._stream: soxr.ResampleStream | None = None

    def feed(self, pcm: bytes) -> bytes:
        """The samples that are certain so far."""
        return self._resample(pcm, last=False) if pcm else b""

    def finish(self) -> bytes:
        """The last samples."""
        return self._resample(b"", last=True) if self._stream else b""

    def _resample(self, pcm: bytes, *, last: bool) -> bytes:
        import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start
        import soxr  # noqa: PLC0415 - loaded when first used, for a quick start

        if self._stream is None:
            self._stream = soxr.ResampleStream(
                self._source.sample_rate_hertz,
                self.format.sample_rate_hertz,
                self.format.channel_count,
                dtype="float32",
            )
        samples = np.frombuffer(pcm, "<i2").reshape(-1, self.format.channel_count)
        resampled: npt.NDArray[np.float32] = self._stream.resample_chunk(
            samples.astype(np.float32), last=last
        )
        result: bytes = np.clip(np.rint(resampled), -32768, 32767).astype("<i2").tobytes()
        return result
