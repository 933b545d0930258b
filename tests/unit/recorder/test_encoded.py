import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.encoded_files import encode, flac_of_silence, speech
from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.headers import Head
from voice_recordings.audio.silence import Thresholds
from voice_recordings.clock import SystemClock
from voice_recordings.errors import AudioTooLarge, NotAudio, StorageFull
from voice_recordings.recorder.arrivals import Arrivals
from voice_recordings.recorder.decoding.decoders import Decoders
from voice_recordings.recorder.encoded import EncodedFiles
from voice_recordings.recorder.processing import Processed, Processing, Stores
from voice_recordings.recordings.media import Segment
from voice_recordings.storage.memory_media import MemoryMedia, MemorySpool, MemorySpoolWriter

STEREO = PcmFormat(8000, 2)
# Enough for more than one segment of MP3.
LONG = PcmFormat(48_000, 2)
LONG_SECONDS = 40.0
BOMB_BYTES = 2**20


class Disk(MemoryMedia):
    """Media on a disk that has no room for the objects whose names end in `full_at`.

    One whose name ends in `slow_at` is there before its writer hears of it.
    """

    full_at, slow_at = "nothing", "nothing"

    def __init__(self) -> None:
        super().__init__()
        self.stored = asyncio.Event()

    async def put(self, key: str, data: bytes) -> Segment:
        """Keeps the bytes, if there is room."""
        if key.endswith(self.full_at):
            raise StorageFull
        segment = await super().put(key, data)
        self.stored.set()
        if key.endswith(self.slow_at):
            await asyncio.Event().wait()
        return segment


class DiskSpool(MemorySpool):
    """A spool on the same disk."""

    def __init__(self, disk: Disk) -> None:
        super().__init__(disk)
        self._disk = disk

    async def open(self, key: str) -> MemorySpoolWriter:
        """Goes on where the object of this key ends."""
        return DiskWriter(self._disk, key)


class DiskWriter(MemorySpoolWriter):
    """A writer that finds the disk full at its very end, when something was put beside it."""

    def __init__(self, disk: Disk, key: str) -> None:
        super().__init__(disk.growing(key))
        self._disk = disk
        self._key = key

    async def commit(self, data: bytes = b"") -> int:
        """Makes it safe, if there is room."""
        if self._key.endswith(self._disk.full_at):
            await self._disk.stored.wait()
            raise StorageFull
        return await super().commit(data)


class House:
    """A spool, and what reads files in it; of PCM no more than so much is let through."""

    def __init__(self, max_pcm_bytes: int = BOMB_BYTES) -> None:
        self.clock = SystemClock()
        self.media = Disk()
        self.spool = DiskSpool(self.media)
        self.files = EncodedFiles(
            self.spool, Decoders(self.clock, at_once=1), max_pcm_bytes=max_pcm_bytes
        )
        self.threads = ThreadPoolExecutor(1)

    async def close(self) -> None:
        """Lets go of the threads and the clock."""
        self.threads.shutdown()
        await self.clock.close()

    async def keep(self, file: bytes) -> None:
        """Puts a file into the spool."""
        writer = await self.spool.open("k/file")
        await writer.append(file)
        self.file_bytes = len(file)

    async def head(self) -> Head:
        """What the file says of itself."""
        return await self.files.head("k/file", self.file_bytes)

    async def process(self, audio: PcmFormat, attempt: int = 1) -> Processed:
        """What comes of the file."""
        processing = self.processing(audio, attempt)
        return await self.files.process(
            "k/file", self.file_bytes, f"k/pcm-{attempt}", processing, Arrivals()
        )

    def processing(self, audio: PcmFormat, attempt: int) -> Processing:
        """What is done with the audio."""
        return Processing(
            Stores(self.spool, self.media, self.threads),
            pcm_key=f"k/pcm-{attempt}",
            made_key=f"k/made-{attempt}",
            pcm_format=audio,
            thresholds=Thresholds(),
            trim=False,
        )


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A house of its own for each test."""
    house = House()
    yield house
    await house.close()


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


@pytest.fixture(scope="module")
def long_file() -> bytes:
    """A file whose MP3 takes more than one segment."""
    return encode("flac", LONG, speech(LONG, LONG_SECONDS))


@pytest.mark.parametrize(
    ("full_at", "slow_at"),
    [
        pytest.param("pcm-1", "nothing", id="decoding"),
        pytest.param("pcm-1", "mp3-00000", id="decoding, while an object is being put"),
        pytest.param("mp3-00001", "nothing", id="encoding"),
        pytest.param("waveform", "nothing", id="the very last object"),
    ],
)
async def test_nothing_of_an_attempt_is_left_on_a_full_disk(
    long_file: bytes, full_at: str, slow_at: str
) -> None:
    """Only the file, so that room which is made is there for the next attempt."""
    house = House(max_pcm_bytes=2**30)
    await house.keep(long_file)
    house.media.full_at, house.media.slow_at = full_at, slow_at
    with pytest.raises(StorageFull):
        await house.process(LONG)
    assert house.media.stored.is_set()
    assert list(house.media.folder("k")) == ["file"]
    house.media.full_at = house.media.slow_at = "nothing"
    processed = await house.process(LONG, attempt=2)
    assert processed.samples == LONG_SECONDS * 48_000
    assert processed.made is not None
    assert set(house.media.folder("k")) >= {"file", "pcm-2", "made-2-waveform"}
    await house.close()
