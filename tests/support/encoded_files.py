"""MP3, FLAC and Ogg files, written by libsndfile."""

import io
import struct

import numpy as np
import soundfile

from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.speech import speak_call

CODECS = {
    "flac": ("FLAC", "PCM_16"),
    "flac24": ("FLAC", "PCM_24"),
    "vorbis": ("OGG", "VORBIS"),
    "opus": ("OGG", "OPUS"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
}

_PAUSE_SECONDS = 3.0


def speech(audio: PcmFormat, seconds: float, seed: int = 1) -> bytes:
    """The midst of a call, as PCM: the pauses before and after it are left out."""
    whole = b"".join(speak_call(audio, seconds + 2 * _PAUSE_SECONDS, seed=seed))
    start, length = (
        audio.samples_to_bytes(round(part * audio.sample_rate_hertz))
        for part in (_PAUSE_SECONDS, seconds)
    )
    return whole[start : start + length]


def encode(codec: str, audio: PcmFormat, pcm: bytes) -> bytes:
    """A file of these samples."""
    samples = np.frombuffer(pcm, "<i2").reshape(-1, audio.channel_count)
    file = io.BytesIO()
    container, subtype = CODECS[codec]
    soundfile.write(file, samples, audio.sample_rate_hertz, subtype, format=container)
    return file.getvalue()


def flac_of_silence(samples: int, *, rate: int = 48_000, claimed: int | None = None) -> bytes:
    """A FLAC of stereo silence, a few bytes for each 65,535 samples, however long.

    Written here, as no encoder would make it so fast: STREAMINFO (RFC 9639
    §8.2) and frames of constant subframes (§9.2).
    """
    block = 65_535
    said = samples if claimed is None else claimed
    packed = rate << 44 | 1 << 41 | 15 << 36 | said
    info = struct.pack(">HH", block, block) + bytes(6) + packed.to_bytes(8, "big") + bytes(16)
    file = io.BytesIO()
    file.write(b"fLaC" + b"\x80" + len(info).to_bytes(3, "big") + info)
    for number in range(-(-samples // block)):
        length = min(block, samples - number * block)
        file.write(_silent_frame(number, length))
    return file.getvalue()


def _silent_frame(number: int, length: int) -> bytes:
    # Fixed block size, 16-bit length follows, rate of STREAMINFO; two channels of 16 bits.
    head = b"\xff\xf8\x70\x18" + chr(number).encode("utf-8", "surrogatepass")
    head += struct.pack(">H", length - 1)
    head += bytes([_crc(head, 0x07, 8)])
    frame = head + b"\x00\x00\x00" * 2  # constant subframes of value 0
    return frame + _crc(frame, 0x8005, 16).to_bytes(2, "big")


def _crc(data: bytes, polynomial: int, bits: int) -> int:
    crc = 0
    for byte in data:
        crc ^= byte << (bits - 8)
        for _ in range(8):
            crc <<= 1
            if crc >> bits:
                crc ^= 1 << bits | polynomial
    return crc
