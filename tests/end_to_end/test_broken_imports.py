"""Files that are broken off on their way in: half of one is no recording."""

import http.client
import io
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import grpc
import pytest

from support.live import recorder
from unit.audio.wavs import wav
from voice_recordings.app import Running
from voice_recordings.client import RecordingsClient
from voicerecordings.recorder.v1 import recorder_pb2

FILE = wav(b"\x00\x40\x00\xc0" * 40_000)
HALF = len(FILE) // 2
CALL = "projects/broken/calls"


@pytest.mark.parametrize("attempt", range(5))
def test_a_cancelled_import_leaves_no_recording(
    server: Running, client: RecordingsClient, attempt: int
) -> None:
    """The whole file can be sent under the same id."""
    parent = f"{CALL}/cancelled-{attempt}"
    sent, gone = threading.Event(), threading.Event()

    def half() -> Iterator[recorder_pb2.ImportRecordingRequest]:
        request = recorder_pb2.ImportRecordingRequest(parent=parent, recording_id="r")
        request.file.data = FILE[:HALF]
        yield request
        sent.set()
        gone.wait()

    with recorder(server.grpc_address) as stub:
        call = stub.ImportRecording.future(half())
        sent.wait()
        call.cancel()
        gone.set()
        with pytest.raises(grpc.FutureCancelledError):
            call.result()
    check_whole(client, parent)


@pytest.mark.parametrize("length", ["content-length", "chunked"])
def test_an_upload_that_breaks_off_leaves_no_recording(
    server: Running, client: RecordingsClient, length: str
) -> None:
    """Over REST too."""
    parent = f"{CALL}/{length}"
    parts = urlsplit(server.http_url)
    connection = http.client.HTTPConnection(parts.netloc)
    connection.putrequest("POST", f"/v1/{parent}/recordings:import?recordingId=r")
    connection.putheader("Content-Type", "audio/wav")
    if length == "chunked":
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders(b"%x\r\n%b\r\n" % (HALF, FILE[:HALF]))
    else:
        connection.putheader("Content-Length", str(len(FILE)))
        connection.endheaders(FILE[:HALF])
    connection.sock.shutdown(socket.SHUT_RDWR)
    connection.close()
    check_whole(client, parent)


def check_whole(client: RecordingsClient, parent: str) -> None:
    """The recording is what is sent now, and the only one."""
    made = client.import_file(parent, io.BytesIO(FILE), recording_id="r")
    whole = client.wait_until_ready(made.name)
    assert whole.audio[0].size_bytes == len(FILE)
    assert [each.name for each in client.list(parent)] == [made.name]
