from concurrent.futures import ThreadPoolExecutor

import pytest

from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.silence import Span, Thresholds
from voice_recordings.audio.speech import speak_call
from voice_recordings.audio.waveform import Waveform, WaveformMeter
from voice_recordings.recorder.arrivals import Arrivals
from voice_recordings.recorder.processing import Processed, Processing, Stores
from voice_recordings.recordings.media import Segment
from voice_recordings.storage.memory_media import MemoryMedia, MemorySpool


async def processed(
    audio: PcmFormat, pcm: bytes, *, trim: bool = True
) -> tuple[Processed, MemoryMedia]:
    """What came of PCM that had arrived, and where it was put."""
    media = MemoryMedia()
    spool = MemorySpool(media)
    writer = await spool.open("k/pcm")
    await writer.append(pcm)
    with ThreadPoolExecutor(1) as threads:
        processing = Processing(
            Stores(spool, media, threads),
            pcm_key="k/pcm",
            made_key="k/made-1",
            pcm_format=audio,
            thresholds=Thresholds(),
            trim=trim,
        )
        return await processing.run(Arrivals(len(pcm), complete=True)), media


async def read(media: MemoryMedia, segment: Segment) -> bytes:
    """What lies in a segment."""
    return b"".join([piece async for piece in media.read(segment)])


@pytest.mark.parametrize("trim", [True, False])
async def test_the_waveform_is_that_of_what_is_kept(trim: bool) -> None:  # noqa: FBT001 - a table's value
    """It begins and ends where the files do, though a long silence lies between."""
    audio = PcmFormat(8000, 2)
    speech = b"".join(speak_call(audio, 8.0, seed=1))
    pcm = speech + bytes(4 * 8000 * 30) + speech
    result, media = await processed(audio, pcm, trim=trim)
    assert result.made is not None
    kept = result.verdict.kept
    assert (kept != Span(0, len(pcm) // 4)) is trim
    expected = WaveformMeter(audio)
    expected.feed(pcm[kept.start * 4 : kept.end * 4])
    waveform = Waveform.from_bytes(await read(media, result.made.waveform))
    assert waveform == expected.finish()


async def test_silence_makes_nothing() -> None:
    """No MP3 and no waveform."""
    result, _ = await processed(PcmFormat(8000, 1), bytes(16_000))
    assert result.verdict.silent
    assert result.made is None


async def test_a_rate_that_mp3_has_not_is_told() -> None:
    """The MP3 is made at the next rate it has."""
    audio = PcmFormat(96_000, 1)
    result, _ = await processed(audio, b"".join(speak_call(audio, 3.0)))
    assert result.made is not None
    assert result.made.mp3_sample_rate_hertz == 48_000
