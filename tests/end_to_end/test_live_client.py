"""`LiveRecording`, as a program uses it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from support.live import recorder
from support.server import call
from voice_recordings.app import Running
from voice_recordings.client import LiveRecording, RecordingsClient, ServiceError
from voice_recordings.testing import Emulator
from voicerecordings.recorder.v1 import recorder_pb2

LOUD = b"\x00\x30\x00\xd0" * 2000
SECRET = b"\x34\x12" * 4000


def wav(client: RecordingsClient, server: Running, name: str) -> bytes:
    """The PCM of the recording's WAV, once it has ended."""
    uri = client.wait_until_ready(name).audio[0].uri
    return call(server.http_url, uri.removeprefix(server.http_url)).body[44:]


@pytest.mark.parametrize("mode", ["SKIP", "SILENCE"])
def test_a_pause_stands_where_the_program_put_it(
    server: Running, client: RecordingsClient, mode: str
) -> None:
    """Whatever has been sent by then."""
    name = client.create_live(f"projects/client/calls/{mode}").name
    with LiveRecording(client, name) as live:
        live.write(LOUD)
        live.pause(mode)
        live.write(SECRET)
        live.resume()
        live.write(LOUD)
        assert live.finish() == "COMPLETED"
    between = bytes(len(SECRET)) if mode == "SILENCE" else b""
    assert wav(client, server, name) == LOUD + between + LOUD
    assert client.session(name).live.committed_bytes == 2 * len(LOUD) + len(SECRET)


def test_a_stream_that_was_left_can_be_taken_up_again(
    server: Running, client: RecordingsClient
) -> None:
    """From the beginning of the audio: what is safe is not sent again."""
    name = client.create_live("projects/client/calls/left").name
    with LiveRecording(client, name) as live:
        live.write(LOUD[:4000])
        while live.progress.committed_bytes < 4000:
            pass
    with LiveRecording(client, name) as live:
        live.write(LOUD)
        live.finish()
    assert wav(client, server, name) == LOUD


def test_what_the_service_says_no_to_is_raised(client: RecordingsClient) -> None:
    """By whatever is called next."""
    with LiveRecording(client, "projects/client/calls/c/recordings/none") as live:
        with pytest.raises(ServiceError) as refused:
            live.finish()
        assert refused.value.reason == "RECORDING_NOT_FOUND"
        with pytest.raises(ServiceError):
            live.write(LOUD)


def test_a_second_program_takes_the_recording_over(
    server: Running, client: RecordingsClient
) -> None:
    """The first is told, and does not fight for it."""
    name = client.create_live("projects/client/calls/over").name
    with LiveRecording(client, name) as first:
        first.write(LOUD[:4000])
        while first.progress.committed_bytes < 4000:
            pass
        with LiveRecording(client, name) as second:
            second.write(LOUD)
            second.finish()
        with pytest.raises(ServiceError) as refused:
            first.finish()
        assert refused.value.reason == "PRODUCER_REPLACED"
    assert wav(client, server, name) == LOUD


@contextmanager
def broken_off(
    meanwhile: Callable[[Emulator, str], object], limit: timedelta | None = None
) -> Iterator[LiveRecording]:
    """A producer whose connection breaks with 4,000 bytes safe, and what happens until it is back.

    By then the rest has been heard too, as if the answer alone had been lost.
    """
    with Emulator.start() as emulator, emulator.client() as client:
        name = client.create_live("projects/client/calls/broken", max_duration=limit).name
        emulator.faults.cut("WriteAudio", 5000)

        def away(_: float) -> None:
            rest = recorder_pb2.WriteAudioRequest(name=name, offset=4000, audio=LOUD[4000:])
            with recorder(emulator.grpc_target) as stub:
                list(stub.WriteAudio(iter([rest])))
            meanwhile(emulator, name)

        with LiveRecording(client, name, sleep=away) as live:
            live.write(LOUD[:4000])
            while live.progress.committed_bytes < 4000:
                pass
            live.write(LOUD[4000:])
            yield live


def finish(emulator: Emulator, name: str) -> None:
    """Ends the recording."""
    with emulator.client() as client:
        client.finish(name)


@pytest.mark.parametrize(
    ("meanwhile", "limit", "reason"),
    [
        pytest.param(finish, None, "COMPLETED", id="a finish"),
        pytest.param(lambda *_: None, timedelta(seconds=0.4), "MAX_DURATION", id="a limit"),
    ],
)
def test_an_end_whose_answer_was_lost_is_no_error(
    meanwhile: Callable[[Emulator, str], object], limit: timedelta | None, reason: str
) -> None:
    """The recording is as it should be, and says why it ended."""
    with broken_off(meanwhile, limit) as live:
        assert live.finish() == reason
        assert not live.write(LOUD)


def test_a_recording_given_up_meanwhile_is_an_error() -> None:
    """What was written since is not in it."""
    with (
        broken_off(lambda emulator, _: emulator.clock.advance(minutes=5)) as live,
        pytest.raises(ServiceError) as refused,
    ):
        live.finish()
    assert refused.value.reason == "RECORDING_FINISHED"
