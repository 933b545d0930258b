"""The calls there are, and their audio."""

import http.client
import json
import os
import urllib.request
from urllib.error import HTTPError

import grpc

from enfonica.voice.v1beta1 import recordings_pb2, recordings_pb2_grpc

_RETRIES = {
    "methodConfig": [
        {
            "name": [{"service": "enfonica.voice.v1beta1.Recordings"}],
            "retryPolicy": {
                "maxAttempts": 4,
                "initialBackoff": "0.05s",
                "maxBackoff": "0.2s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ]
}
_TIMEOUT_SECONDS = 60.0


class LinkExpiredError(Exception):
    """The link is too old; the recording has a new one."""


class Box:
    """The recordings of one project."""

    def __init__(self, project: str) -> None:
        """Finds the service by the environment."""
        self._project = project
        self._channel = grpc.insecure_channel(
            os.environ["VOICE_RECORDINGS_EMULATOR_HOST"],
            options=[("grpc.service_config", json.dumps(_RETRIES))],
        )
        self._recordings = recordings_pb2_grpc.RecordingsStub(self._channel)

    def close(self) -> None:
        """Ends the connection."""
        self._channel.close()

    def names(self) -> list[str]:
        """Every recording, newest first."""
        request = recordings_pb2.ListRecordingsRequest(parent=self._project, page_size=2)
        found: list[str] = []
        while True:
            page = self._recordings.ListRecordings(request, timeout=_TIMEOUT_SECONDS)
            found += [each.name for each in page.recordings]
            if not page.next_page_token:
                return found
            request.page_token = page.next_page_token

    def link(self, name: str) -> str:
        """A link to the WAV of a recording."""
        request = recordings_pb2.GetRecordingRequest(name=name)
        recording = self._recordings.GetRecording(request, timeout=_TIMEOUT_SECONDS)
        return str(recording.audio[0].uri)


def download(link: str) -> bytes:
    """A whole file, however often the connection breaks on the way."""
    data = b""
    while True:
        request = urllib.request.Request(link, headers={"Range": f"bytes={len(data)}-"})
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response:
                return data + response.read()
        except http.client.IncompleteRead as broken:
            data += broken.partial
        except HTTPError as refused:
            reason = json.load(refused)["error"]["details"][0]["reason"]
            if reason == "LINK_EXPIRED":
                raise LinkExpiredError from refused
            raise
