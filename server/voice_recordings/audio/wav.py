"""Writing WAV: the canonical 44 bytes before PCM 16."""

import struct

from voice_recordings.audio.format import SAMPLE_BYTES, PcmFormat

HEADER_BYTES = 44
# RecordingAudio.size_bytes is an int32.
MAX_WAV_BYTES = 2**31 - 1

_RIFF_HEAD_BYTES = 8
_FORMAT_CHUNK_BYTES = 16
_PCM_TAG = 1


def wav_header(audio: PcmFormat, data_bytes: int) -> bytes:
    """The 44 bytes that make so many bytes of PCM a WAV file.

    Raises ValueError when the file would be larger than `MAX_WAV_BYTES`.
    """
    if data_bytes + HEADER_BYTES > MAX_WAV_BYTES:
        raise ValueError(f"{data_bytes} bytes of audio do not fit a WAV of {MAX_WAV_BYTES} bytes")
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        data_bytes + HEADER_BYTES - _RIFF_HEAD_BYTES,
        b"WAVE",
        b"fmt ",
        _FORMAT_CHUNK_BYTES,
        _PCM_TAG,
        audio.channel_count,
        audio.sample_rate_hertz,
        audio.sample_rate_hertz * audio.frame_bytes,
        audio.frame_bytes,
        8 * SAMPLE_BYTES,
        b"data",
        data_bytes,
    )
