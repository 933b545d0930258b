import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.waveform import MAX_BUCKETS, Waveform, WaveformMeter

SLOW = PcmFormat(1000, 2)  # buckets of 10 samples at first
MONO = PcmFormat(1000, 1)  # the same


def gathered(audio: PcmFormat, pcm: bytes, piece_bytes: int | None = None) -> Waveform:
    """The outline of samples that come in pieces."""
    meter = WaveformMeter(audio)
    size = piece_bytes or max(len(pcm), 1)
    for at in range(0, len(pcm), size):
        meter.feed(pcm[at : at + size])
    return meter.finish()


def samples(values: list[int]) -> bytes:
    """PCM of these values."""
    return struct.pack(f"<{len(values)}h", *values)


def test_tells_each_channels_extremes() -> None:
    """Bucket by bucket."""
    pairs = [(at, -2 * at) for at in range(30)]
    waveform = gathered(SLOW, samples([value for pair in pairs for value in pair]))
    assert waveform.bucket_count == 3
    left, right = waveform.spread(100)
    assert (left.lowest, left.highest) == ((0, 10, 20), (9, 19, 29))
    assert (right.lowest, right.highest) == ((-18, -38, -58), (0, -20, -40))


def test_nothing_has_no_buckets() -> None:
    """But as many channels as there are."""
    waveform = gathered(SLOW, b"")
    assert waveform.bucket_count == 0
    assert [channel.lowest for channel in waveform.spread(10)] == [(), ()]


@given(st.integers(1, 100_000), st.integers(1, 50_000))
def test_stays_small_and_whole(count: int, piece_bytes: int) -> None:
    """However long: few buckets, all of the samples in them, whatever the pieces."""
    pcm = samples([(at * 7919) % 65536 - 32768 for at in range(count)])
    waveform = gathered(MONO, pcm, piece_bytes)
    assert waveform == gathered(MONO, pcm)
    assert waveform.samples == count
    assert 0 < waveform.bucket_count <= MAX_BUCKETS
    assert waveform.bucket_count == -(-count // waveform.samples_per_bucket)
    assert count < 10 * MAX_BUCKETS or waveform.bucket_count >= MAX_BUCKETS // 2


@given(st.lists(st.integers(-32768, 32767), min_size=1, max_size=400), st.integers(1, 60))
def test_spreading_loses_no_peak(values: list[int], buckets: int) -> None:
    """Every bucket spans the samples it stands for, and no sample is outside all."""
    waveform = gathered(MONO, samples(values))
    (channel,) = waveform.spread(buckets)
    count = len(channel.lowest)
    assert count == min(buckets, waveform.bucket_count)
    assert min(channel.lowest) == min(values)
    assert max(channel.highest) == max(values)
    for bucket in range(count):
        # Samples within the bucket's time, by exact arithmetic.
        first = -(-bucket * len(values) // count)
        stop = -(-(bucket + 1) * len(values) // count)
        own = values[first:stop]
        assert channel.lowest[bucket] <= min(own)
        assert channel.highest[bucket] >= max(own)


def test_is_kept_as_bytes() -> None:
    """What is written is what is read, and nothing else is."""
    waveform = gathered(SLOW, samples(list(range(100))))
    data = waveform.to_bytes()
    assert Waveform.from_bytes(data) == waveform
    for damaged in (b"", data[:-1], data + b"\0", b"VRW2" + data[4:], data[:12] + bytes(4)):
        with pytest.raises(ValueError, match="not a waveform"):
            Waveform.from_bytes(damaged)
