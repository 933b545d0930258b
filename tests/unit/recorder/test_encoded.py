from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.encoded_files import encode, flac_of_silence, speech
from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.headers import Head
from voice_recordings.audio.silence import Thresholds
from voice_recordings.clock import SystemClock
from voice_recordings.errors import AudioTooLarge, NotAudio
from voice_recordings.recorder.arrivals import Arrivals
from voice_recordings.recorder.decoding.decoders import Decoders
from voice_recordings.recorder.encoded import EncodedFiles
from voice_recordings.recorder.processing import Processed, Processing, Stores
from voice_recordings.storage.memory_media import MemoryMedia, MemorySpool

STEREO = PcmFormat(8000, 2)
BOMB_BYTES = 2**20


class House:
    """A spool, and what reads files in it; no more than a mebibyte of PCM is let through."""

    def __init__(self) -> None:
        self.clock = SystemClock()
        self.media = MemoryMedia()
        self.spool = MemorySpool(self.media)
        self.files = EncodedFiles(
            self.spool, Decoders(self.clock, at_once=1), max_pcm_bytes=BOMB_BYTES
        )
        self.threads = ThreadPoolExecutor(1)

    async def keep(self, file: bytes) -> None:
        """Puts a file into the spool."""
        writer = await self.spool.open("k/file")
        await writer.append(file)
        self.file_bytes = len(file)

    async def head(self) -> Head:
        """What the file says of itself."""
        return await self.files.head("k/file", self.file_bytes)

    async def process(self, audio: PcmFormat) -> Processed:
        """What comes of the file."""
        processing = self.processing(audio)
        return await self.files.process(
            "k/file", self.file_bytes, "k/pcm-1", processing, Arrivals()
        )

    def processing(self, audio: PcmFormat) -> Processing:
        """What is done with the audio."""
        return Processing(
            Stores(self.spool, self.media, self.threads),
            pcm_key="k/pcm-1",
            made_key="k/made-1",
            pcm_format=audio,
            thresholds=Thresholds(),
            trim=False,
        )


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A house of its own for each test."""
    house = House()
    yield house
    house.threads.shutdown()
    await house.clock.close()


async def test_a_file_is_decoded_and_processed(house: House) -> None:
    """Its PCM is in the spool, and the rest beside it."""
    pcm = speech(STEREO, 3.0)
    await house.keep(encode("flac", STEREO, pcm))
    processed = await house.process(STEREO)
    assert processed.samples == 3 * 8000
    assert processed.made is not None
    assert processed.notes == ()
    assert await house.spool.read("k/pcm-1", 0, len(pcm)) == pcm


async def test_a_bomb_that_hides_its_size_is_stopped(house: House) -> None:
    """When what comes out has grown too large, whatever the head says."""
    await house.keep(flac_of_silence(10_000_000, claimed=0))
    with pytest.raises(AudioTooLarge):
        await house.process(PcmFormat(48_000, 2))
    assert await house.spool.size("k/pcm-1") <= BOMB_BYTES


async def test_a_bomb_that_tells_its_size_is_not_even_begun(house: House) -> None:
    """Its head is enough."""
    await house.keep(flac_of_silence(10_000_000))
    with pytest.raises(AudioTooLarge):
        await house.head()


@pytest.mark.parametrize("tag_bytes", [0, 200_000])
async def test_tags_are_passed_over(house: House, tag_bytes: int) -> None:
    """One, or another behind it."""
    size = bytes(
        [tag_bytes >> 21 & 127, tag_bytes >> 14 & 127, tag_bytes >> 7 & 127, tag_bytes & 127]
    )
    tag = b"ID3\x04\x00\x00" + size + bytes(tag_bytes)
    await house.keep(tag * 2 + encode("mp3", STEREO, speech(STEREO, 1.0)))
    assert (await house.head()).source.pcm == STEREO


@pytest.mark.parametrize(
    "file",
    [b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f", b"ID3\x04\x00\x00\x00\x00\x00\x00" * 3, b"ID3"],
    ids=["claims too much", "tags alone", "cut short"],
)
async def test_tags_alone_are_no_audio(house: House, file: bytes) -> None:
    """However they end."""
    await house.keep(file)
    with pytest.raises(NotAudio):
        await house.head()
