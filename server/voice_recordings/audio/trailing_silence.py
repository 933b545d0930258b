"""How long nobody has spoken, while audio is still coming in."""

from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.frames import FrameMeter, amplitude, frame_samples


class TrailingSilence:
    """Finds the first frame with which silence has lasted for the limit.

    A frame is silent as for trimming: no channel's root mean square is above
    `trim_dbfs`.
    """

    def __init__(self, audio: PcmFormat, trim_dbfs: float, limit_samples: int) -> None:
        self._frames = FrameMeter(audio)
        self._energy_limit = amplitude(trim_dbfs) ** 2 * frame_samples(audio)
        self._limit_frames = max(1, -(-limit_samples // frame_samples(audio)))
        self._frame_samples = frame_samples(audio)
        self._heard_frames = 0
        self._silent_frames = 0

    def feed(self, pcm: bytes) -> int | None:
        """Takes the next samples; how many of all samples there are up to the limit's frame."""
        for energies in self._frames.feed(pcm).energy:
            self._heard_frames += 1
            loud = energies.max() > self._energy_limit
            self._silent_frames = 0 if loud else self._silent_frames + 1
            if self._silent_frames >= self._limit_frames:
                return self._heard_frames * self._frame_samples
        return None
