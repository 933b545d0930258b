"""How many imports and live streams one project may have at once."""

import grpc
import pytest
from google.rpc.error_details_pb2 import RetryInfo
from grpc_status import rpc_status

from support.live import Stream, begin, recorder
from support.server import Answer, call, serving
from unit.audio.wavs import wav
from voice_recordings.app import Running

AUDIO = wav(b"\x00\x40\x00\xc0" * 8000)


def imported(server: Running, project: str) -> Answer:
    """What an import into the project is answered."""
    path = f"/v1/projects/{project}/calls/imported/recordings:import"
    headers = {"content-type": "audio/wav"}
    return call(server.http_url, path, method="POST", headers=headers, body=AUDIO)


def test_one_projects_streams_leave_room_for_anothers() -> None:
    """Its second is refused at either door, and nothing of it kept; room comes back."""
    with (
        serving(max_project_streams=1) as server,
        recorder(server.grpc_address) as stub,
    ):
        stream = Stream(stub, begin(stub, "projects/one/calls/c1").name)
        stream.read()
        second = begin(stub, "projects/one/calls/c2").name
        with pytest.raises(grpc.RpcError) as refused:
            Stream(stub, second).read()
        status = rpc_status.from_call(refused.value)  # type: ignore[arg-type]  # is one
        assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert any(detail.Is(RetryInfo.DESCRIPTOR) for detail in status.details)
        answer = imported(server, "one")
        assert (answer.status, answer.headers["retry-after"]) == (429, "1")
        listed = call(server.http_url, "/v1beta1/projects/one/calls/imported/recordings")
        assert (listed.status, listed.json.get("recordings", [])) == (200, [])
        assert imported(server, "other").status == 200
        stream.send(0, b"\xff" * 1600, finish=True).rest()
        assert imported(server, "one").status == 200
