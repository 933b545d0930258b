"""Streams that are opened and say nothing, with and without access control."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc.error_details_pb2 import ErrorInfo
from grpc_status import rpc_status

from support.accounts import KEY_ID, OWN, projects_toml
from support.guarded import SECRET
from voice_recordings.access.access_tokens import AccessTokens
from voice_recordings.access.keys import Keyring
from voice_recordings.app import running
from voice_recordings.clock import ManualClock
from voice_recordings.config import Settings
from voicerecordings.recorder.v1 import recorder_pb2_grpc

_PATIENCE_SECONDS = 120


@pytest.mark.parametrize("method", ["WriteAudio", "ImportRecording"])
@pytest.mark.parametrize("auth", ["off", "required"])
async def test_a_stream_that_sends_nothing_is_ended(auth: str, method: str, tmp_path: Path) -> None:
    """The same status and reason in both modes; nobody keeps a place by saying nothing."""
    clock = ManualClock()
    metadata: tuple[tuple[str, str], ...] = ()
    given: dict[str, Any] = {"grpc_address": "127.0.0.1:0", "http_address": "127.0.0.1:0"}
    if auth == "required":
        given |= {"projects": tmp_path / "projects.toml", "secret_file": tmp_path / "secret"}
        given["projects"].write_text(projects_toml())
        given["secret_file"].write_bytes(SECRET)
        token = AccessTokens(Keyring(SECRET)).issue(OWN, KEY_ID, clock.now())
        metadata = (("authorization", f"Bearer {token}"),)
    async with (
        running(Settings(auth=auth, **given), clock) as server,
        grpc.aio.insecure_channel(server.grpc_address) as channel,
    ):
        stream: Any = getattr(recorder_pb2_grpc.RecorderStub(channel), method)(metadata=metadata)
        ended = asyncio.ensure_future(stream.code())
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not ended.done():
                # The call reaches the server when it does; its time runs from then. In steps
                # so small that its token is not over by then.
                await clock.advance(timedelta(seconds=1))
                await asyncio.wait({ended}, timeout=0.01)
        assert ended.result() is grpc.StatusCode.DEADLINE_EXCEEDED
        status, info = await rpc_status.aio.from_call(stream), ErrorInfo()
        assert status is not None
        assert any(detail.Unpack(info) for detail in status.details)
        assert info.reason == "FIRST_MESSAGE_LATE"
