"""PCM 16 → MP3 by LAME, with an Info frame of ours before it.

A sample rate that MP3 has not is resampled to the next higher one it has.
"""

from voice_recordings.audio.crc16 import Crc16
from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.lame import Lame, as_written, start_lame
from voice_recordings.audio.mp3_frame import Mp3Format, info_frame, nearest_sample_rate
from voice_recordings.audio.resample import Resampler


class Mp3Encoder:
    """Encodes samples pushed in, in any pieces; the bytes do not depend on the pieces.

    May be used from any thread, by one at a time; LAME works without the
    interpreter's lock. `format.audio` tells what a decoder will give.
    """

    def __init__(self, audio: PcmFormat) -> None:
        rate = nearest_sample_rate(audio.sample_rate_hertz)
        self.format = as_written(Mp3Format.of(PcmFormat(rate, audio.channel_count)))
        self._resampler = None if rate == audio.sample_rate_hertz else Resampler(audio, rate)
        self._lame: Lame | None = None
        self._samples = 0
        self._encoded_bytes = 0
        self._checksum = Crc16()

    @property
    def info_frame_bytes(self) -> int:
        """How long `info_frame` will be."""
        return self.format.frame_bytes

    def encode(self, pcm: bytes) -> bytes:
        """Takes whole samples; the MP3 frames that are complete."""
        return self._encode(self._resampler.feed(pcm) if self._resampler else pcm)

    def finish(self) -> bytes:
        """The last MP3 frames; none if there was no sample."""
        last = self._encode(self._resampler.finish()) if self._resampler else b""
        return last + self._count(bytes(self._lame.flush())) if self._lame else b""

    def info_frame(self) -> bytes:
        """The frame that belongs before all others; to be had after `finish`."""
        return info_frame(
            self.format, self._samples, self._encoded_bytes, music_crc=self._checksum.value()
        )

    def _encode(self, pcm: bytes) -> bytes:
        if not pcm:
            return b""
        if self._lame is None:
            self._lame = start_lame(self.format)
        self._samples += self.format.audio.bytes_to_samples(len(pcm))
        return self._count(bytes(self._lame.encode(pcm)))

    def _count(self, encoded: bytes) -> bytes:
        self._encoded_bytes += len(encoded)
        self._checksum.update(encoded)
        return encoded
