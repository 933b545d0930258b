"""Files of every kind go in, and what comes out is what was in them."""

import io
import wave
from pathlib import Path

import pytest

from enfonica.voice.v1beta1.recordings_pb2 import Recording
from support.encoded_files import CODECS, encode, flac_of_silence, speech
from support.server import call
from unit.audio.mp3s import read_info
from unit.audio.wavs import wav
from voice_recordings.app import Running
from voice_recordings.audio.format import PcmFormat
from voice_recordings.client import RecordingsClient
from voicerecordings.recorder.v1.session_pb2 import Session

PARENT = "projects/formats/calls/c1"
STEREO = PcmFormat(8000, 2)
SPEECH = speech(STEREO, 4.0)


def imported(
    client: RecordingsClient, file: bytes, *, trim: bool = False
) -> tuple[Recording, Session]:
    """The recording a file becomes, ended, and its session."""
    made = client.import_file(PARENT, io.BytesIO(file), trim_silence=trim)
    assert made.state == Recording.PENDING
    return client.wait_until_ready(made.name), client.session(made.name)


def samples(client: RecordingsClient, recording: Recording, folder: Path) -> bytes:
    """The PCM of its WAV."""
    with wave.open(str(client.download(recording, folder / "out.wav"))) as opened:
        pcm: bytes = opened.readframes(opened.getnframes())
    return pcm


def notes(session: Session) -> list[str]:
    """What was noted, by name."""
    return [Session.Note.Kind.Name(note.kind) for note in session.notes]


@pytest.mark.parametrize("codec", list(CODECS))
def test_every_codec_becomes_wav_and_mp3(
    client: RecordingsClient, codec: str, tmp_path: Path
) -> None:
    """All its samples, the same ones where nothing was lost; the session says what it was."""
    file = encode(codec, STEREO, SPEECH)
    recording, session = imported(client, file)
    assert recording.state == Recording.SUCCEEDED
    assert [audio.mime_type for audio in recording.audio] == ["audio/x-wav", "audio/mpeg"]
    pcm = samples(client, recording, tmp_path)
    if codec.startswith("flac"):
        assert pcm == SPEECH
    assert len(pcm) == len(SPEECH)
    came_in = session.input
    assert came_in.container in {"flac", "ogg", "mp3"}
    assert came_in.codec == codec.removesuffix("24")
    assert (came_in.sample_rate, came_in.channel_count) == (8000, 2)
    assert came_in.size_bytes == len(file)
    assert notes(session) == []


def test_an_id3_tag_is_no_obstacle(client: RecordingsClient) -> None:
    """However large: pictures of 300 kB are common."""
    size = 300_000
    tag = b"ID3\x04\x00\x00" + bytes(
        [size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127]
    )
    recording, session = imported(client, tag + bytes(size) + encode("mp3", STEREO, SPEECH))
    assert recording.state == Recording.SUCCEEDED
    assert session.input.container == "mp3"


def test_a_file_cut_short_keeps_what_is_there(client: RecordingsClient, tmp_path: Path) -> None:
    """And the session says so."""
    file = encode("flac", STEREO, SPEECH)
    recording, session = imported(client, file[: len(file) // 2])
    assert recording.state == Recording.SUCCEEDED
    pcm = samples(client, recording, tmp_path)
    assert SPEECH.startswith(pcm)
    assert len(pcm) > len(SPEECH) // 4
    assert notes(session) == ["DATA_TRUNCATED"]


def test_rubbish_behind_a_good_head_fails_with_its_reason(client: RecordingsClient) -> None:
    """The resource is there, and its session tells why it came to nothing."""
    file = encode("flac", STEREO, SPEECH)[:42] + bytes(range(256)) * 20
    recording, session = imported(client, file)
    assert recording.state == Recording.FAILED
    assert recording.error_code == Recording.INTERNAL_ERROR
    assert session.reason == Session.DECODE_FAILED
    assert "cannot be decoded" in session.detail
    again, _ = imported(client, encode("flac", STEREO, SPEECH))
    assert again.state == Recording.SUCCEEDED


def test_silence_is_empty_whatever_it_is_wrapped_in(client: RecordingsClient) -> None:
    """A minute of it in less than a kilobyte."""
    recording, session = imported(client, flac_of_silence(60 * 48_000))
    assert recording.state == Recording.EMPTY
    assert session.reason == Session.SILENT
    assert session.input.duration.seconds == 60


def test_a_bomb_that_tells_its_size_is_refused(server: Running) -> None:
    """60 kB that would become 4 hours at 48 kHz, and a WAV of more than 2 GiB."""
    file = flac_of_silence(65_535, claimed=4 * 3600 * 48_000)
    answer = call(
        server.http_url, f"/v1/{PARENT}/recordings:import", method="POST", body=file,
        headers={"Content-Type": "audio/flac"},
    )  # fmt: skip
    assert answer.status == 400
    assert answer.json["error"]["details"][0]["reason"] == "AUDIO_TOO_LARGE"


def test_trimming_does_not_care_for_the_wrapping(client: RecordingsClient, tmp_path: Path) -> None:
    """A FLAC is cut where the WAV of the same samples is."""
    late = bytes(STEREO.samples_to_bytes(8000)) + SPEECH
    from_flac, _ = imported(client, encode("flac", STEREO, late), trim=True)
    from_wav, session = imported(client, wav(late, channels=2), trim=True)
    assert samples(client, from_flac, tmp_path) == samples(client, from_wav, tmp_path)
    assert session.trimming.head.nanos > 0 or session.trimming.head.seconds > 0


@pytest.mark.parametrize(("rate", "mp3_rate"), [(96_000, 48_000), (7_000, 8_000)])
def test_a_rate_that_mp3_has_not_is_resampled_for_it(
    client: RecordingsClient, rate: int, mp3_rate: int, tmp_path: Path
) -> None:
    """The WAV keeps the source's; the session says so."""
    audio = PcmFormat(rate, 1)
    pcm = speech(audio, 3.0)
    recording, session = imported(client, wav(pcm, rate=rate))
    assert samples(client, recording, tmp_path) == pcm
    assert [audio.sample_rate for audio in recording.audio] == [rate, mp3_rate]
    assert notes(session) == ["RESAMPLED"]
    mp3 = client.download(recording, tmp_path / "out.mp3", mime_type="audio/mpeg").read_bytes()
    info = read_info(mp3)
    frame_samples = 1152 if mp3_rate >= 32_000 else 576
    decoded = info.frame_count * frame_samples - info.delay - info.padding
    assert decoded == pytest.approx(3.0 * mp3_rate, abs=1)


def test_the_session_tells_how_loud_it_was(client: RecordingsClient) -> None:
    """Each channel, and by what silence was judged."""
    _, session = imported(client, wav(speech(STEREO, 20.0), channels=2))
    assert len(session.levels) == 2
    assert all(-60 < level.loudness_dbfs < level.peak_dbfs < 0 for level in session.levels)
    assert session.thresholds.trim_dbfs == -50
    assert session.thresholds.empty_dbfs == -60
    assert session.thresholds.frame.nanos == 20_000_000


def test_the_waveform_is_what_was_spoken(server: Running, client: RecordingsClient) -> None:
    """At the resolution asked for, at both ends of the recording."""
    recording, _ = imported(client, wav(SPEECH, channels=2))
    answer = call(server.http_url, f"/v1/{recording.name}/waveform?bucketCount=4").json
    assert answer["name"] == f"{recording.name}/waveform"
    assert answer["bucketCount"] == 4
    assert answer["duration"] == "4s"
    values = memoryview(SPEECH).cast("h")
    for channel, drawn in enumerate(answer["channels"]):
        for bucket in range(4):
            own = values[bucket * 16_000 + channel : (bucket + 1) * 16_000 : 2]
            assert drawn["lowest"][bucket] == min(own)
            assert drawn["highest"][bucket] == max(own)


@pytest.mark.parametrize(
    ("path", "status", "reason"),
    [
        ("nothing/waveform", 404, "RECORDING_NOT_FOUND"),
        ("nothing/waveform?bucketCount=-1", 400, "INVALID_ARGUMENT"),
    ],
)
def test_there_is_no_waveform_of_nothing(
    server: Running, path: str, status: int, reason: str
) -> None:
    """And no negative number of buckets."""
    answer = call(server.http_url, f"/v1/{PARENT}/recordings/{path}")
    assert answer.status == status
    assert answer.json["error"]["details"][0]["reason"] == reason


def test_there_is_no_waveform_of_silence(server: Running, client: RecordingsClient) -> None:
    """An EMPTY recording has no audio to draw."""
    recording, _ = imported(client, wav(bytes(32_000)))
    answer = call(server.http_url, f"/v1/{recording.name}/waveform")
    assert answer.status == 400
    assert answer.json["error"]["details"][0]["reason"] == "NO_AUDIO"
