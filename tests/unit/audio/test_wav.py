import io
import wave

import pytest

from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.wav import HEADER_BYTES, MAX_WAV_BYTES, wav_header
from voice_recordings.audio.wav_reader import WavReader


@pytest.mark.parametrize("audio", [PcmFormat(8000, 1), PcmFormat(48000, 2)], ids=str)
def test_python_reads_what_we_write(audio: PcmFormat) -> None:
    """The header says what the standard library's own reader understands."""
    data = bytes(range(8)) * 4
    file = wav_header(audio, len(data)) + data
    with wave.open(io.BytesIO(file)) as reader:
        assert reader.getframerate() == audio.sample_rate_hertz
        assert reader.getnchannels() == audio.channel_count
        assert reader.getsampwidth() == 2
        assert reader.readframes(99) == data
    assert len(file) == HEADER_BYTES + len(data)


def test_our_reader_reads_what_we_write() -> None:
    """Writing and reading are each other's inverse."""
    audio = PcmFormat(11025, 2)
    reader = WavReader()
    assert reader.feed(wav_header(audio, 8) + b"12345678") == b"12345678"
    assert reader.finish() == b""
    assert reader.notes == []
    assert reader.source is not None
    assert reader.source.pcm == audio


def test_a_wav_ends_before_2_gib() -> None:
    """The largest file is the largest that its size field, and int32, can say."""
    audio = PcmFormat(8000, 1)
    most = MAX_WAV_BYTES - HEADER_BYTES
    assert len(wav_header(audio, most)) == HEADER_BYTES
    with pytest.raises(ValueError, match="do not fit"):
        wav_header(audio, most + 1)
