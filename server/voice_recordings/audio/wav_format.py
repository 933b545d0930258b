"""The format chunk of a WAV: what it claims, checked against itself."""

import struct
from dataclasses import dataclass

from voice_recordings.audio import pcm
from voice_recordings.audio.claims import check_claims, not_audio
from voice_recordings.audio.format import SourceFormat

FORMAT_CHUNK_MIN_BYTES = 16
EXTENSIBLE_CHUNK_MIN_BYTES = 40

_PCM, _FLOAT, _ALAW, _MULAW, _EXTENSIBLE = 0x0001, 0x0003, 0x0006, 0x0007, 0xFFFE
_KNOWN_ELSEWHERE = {
    0x0002: "Microsoft ADPCM",
    0x0011: "IMA ADPCM",
    0x0031: "GSM 6.10",
    0x0040: "G.721 ADPCM",
    0x0050: "MPEG audio",
    0x0055: "MP3",
    0x0083: "G.729",
    0x00FF: "AAC",
}
# A sub-format of WAVE_FORMAT_EXTENSIBLE is the old 16-bit tag and these 14 bytes.
_SUBFORMAT_TAIL = bytes.fromhex("000000001000800000aa00389b71")


@dataclass(frozen=True, slots=True)
class WavFormat:
    """A format chunk that was found sound."""

    source: SourceFormat
    codec: pcm.SampleCodec

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of every channel, as the file has them."""
        return self.codec.sample_bytes * self.source.channel_count


def parse_format(chunk: bytes) -> WavFormat:
    """What a format chunk says; the byte rate it also holds is never used.

    Raises NotAudio for what cannot be read or contradicts itself.
    """
    if len(chunk) < FORMAT_CHUNK_MIN_BYTES:
        raise not_audio(
            f"the WAV format chunk has {len(chunk)} bytes, "
            f"at least {FORMAT_CHUNK_MIN_BYTES} are needed"
        )
    tag, channels, rate, _, block_bytes, bits = struct.unpack_from("<HHIIHH", chunk)
    if tag == _EXTENSIBLE:
        tag = _subformat(chunk)
    check_claims(rate, channels)
    codec = _codec(tag, bits)
    # A block size of 0 is a writer that left it out; any other must agree.
    if block_bytes not in {0, codec.sample_bytes * channels}:
        raise not_audio(
            f"its format contradicts itself: {channels} channels of {codec.name} "
            f"cannot make blocks of {block_bytes} bytes"
        )
    return WavFormat(SourceFormat("wav", codec.name, rate, channels), codec)


def _subformat(chunk: bytes) -> int:
    if len(chunk) < EXTENSIBLE_CHUNK_MIN_BYTES:
        raise not_audio(
            f"its extensible format chunk has {len(chunk)} bytes, "
            f"at least {EXTENSIBLE_CHUNK_MIN_BYTES} are needed"
        )
    tag, tail = struct.unpack_from("<H14s", chunk, 24)
    if tail != _SUBFORMAT_TAIL:
        raise not_audio(f"its extensible format {chunk[24:40].hex()} is not supported")
    return int(tag)


def _codec(tag: int, bits: int) -> pcm.SampleCodec:
    # G.711 is 8 bits whatever the field says: telephony writers put 0, 8 and 16 there.
    if tag in {_MULAW, _ALAW}:
        return pcm.MULAW if tag == _MULAW else pcm.ALAW
    if tag not in {_PCM, _FLOAT}:
        known = _KNOWN_ELSEWHERE.get(tag)
        named = f"0x{tag:04x} ({known})" if known else f"0x{tag:04x}"
        raise not_audio(f"WAV format {named} is not supported; PCM, float, µ-law and A-law are")
    codecs = pcm.FLOAT_CODECS if tag == _FLOAT else pcm.INTEGER_CODECS
    if bits not in codecs:
        kind = "float" if tag == _FLOAT else "PCM"
        accepted = ", ".join(map(str, codecs))
        raise not_audio(f"{kind} of {bits} bits a sample is not supported; {accepted} are")
    return codecs[bits]
