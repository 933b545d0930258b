import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_recordings.audio.channels import mix_down, one_leg
from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.wav import wav_header
from voice_recordings.recorder.downloads import Download, download_of
from voice_recordings.recordings.media import AudioFile, Encoding, Segment
from voice_recordings.recordings.selection import Selection
from voice_recordings.storage.memory_media import MemoryMedia

PAIRS = [(at * 7, -at * 3) for at in range(1000)]
STEREO = struct.pack("<2000h", *[value for pair in PAIRS for value in pair])
EXPECTED = {
    Selection.MIX: mix_down(STEREO),
    Selection.PARENT_LEG: one_leg(STEREO, 0),
    Selection.CHILD_LEG: one_leg(STEREO, 1),
}


async def stored(*lengths: int) -> tuple[MemoryMedia, AudioFile]:
    """The stereo samples as a WAV whose segments are so long, and then the rest."""
    media = MemoryMedia()
    segments: list[Segment] = []
    position = 0
    for number, length in enumerate([*lengths, len(STEREO)]):
        data = STEREO[position : position + length]
        position += len(data)
        segments.append(await media.put(f"k/{number}", data))
    head = wav_header(PcmFormat(8000, 2), len(STEREO))
    return media, AudioFile(Encoding.PCM_16BIT, 8000, "tag", head, tuple(segments))


async def read(media: MemoryMedia, download: Download, start: int, end: int) -> bytes:
    """A range of a download."""
    return b"".join([piece async for piece in download.read(media, start, end)])


@pytest.mark.parametrize("selection", list(EXPECTED))
async def test_one_channel_is_a_wav_of_its_own(selection: Selection) -> None:
    """Header and samples, with a length and an ETag that are no other file's."""
    media, audio = await stored(999, 1, 6)
    download = download_of(audio, 2, selection)
    assert download is not None
    whole = wav_header(PcmFormat(8000, 1), 2000) + EXPECTED[selection]
    assert download.size_bytes == len(whole)
    assert await read(media, download, 0, len(whole)) == whole
    assert download.etag == f"tag{selection.suffix}" != "tag"


@given(st.data())
async def test_any_range_is_part_of_the_whole(data: st.DataObject) -> None:
    """However segments lie, and wherever the range begins within a sample."""
    lengths = data.draw(st.lists(st.integers(1, 1500), max_size=3))
    selection = data.draw(st.sampled_from(list(EXPECTED)))
    media, audio = await stored(*lengths)
    download = download_of(audio, 2, selection)
    assert download is not None
    whole = wav_header(PcmFormat(8000, 1), 2000) + EXPECTED[selection]
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    assert await read(media, download, start, end) == whole[start:end]


async def test_the_whole_file_is_what_is_kept() -> None:
    """Byte for byte."""
    media, audio = await stored(10)
    download = download_of(audio, 2, Selection.ALL)
    assert download is not None
    assert await read(media, download, 40, 60) == audio.head[40:] + STEREO[:16]


@pytest.mark.parametrize(
    ("channels", "selection", "there"),
    [
        (1, Selection.MIX, True),
        (1, Selection.PARENT_LEG, True),
        (1, Selection.CHILD_LEG, False),
        (2, Selection.CHILD_LEG, True),
    ],
)
async def test_mono_has_one_channel(
    channels: int,
    selection: Selection,
    there: bool,  # noqa: FBT001 - a table's value
) -> None:
    """Which is the mix of itself, and the parent leg."""
    _, audio = await stored()
    assert (download_of(audio, channels, selection) is not None) is there


@pytest.mark.parametrize("selection", list(EXPECTED))
def test_an_mp3_has_no_channels_to_choose(selection: Selection) -> None:
    """It would have to be made anew."""
    audio = AudioFile(Encoding.MP3, 8000, "tag", b"", ())
    assert download_of(audio, 2, selection) is None
