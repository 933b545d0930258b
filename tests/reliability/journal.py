"""A client that remembers what it was told, and holds the service to it."""

import array
import hashlib
import http.client
import itertools
import json
import random
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

_TIMEOUT_SECONDS = 60
_ENDING_SECONDS = 120
_RATE_HERTZ = 8000
_HEADER_BYTES = 44


def speech(seed: int, seconds: float) -> bytes:
    """PCM that is loud and like no other."""
    noise = random.Random(seed)
    samples = array.array("h", noise.randbytes(2 * int(seconds * _RATE_HERTZ)))
    samples[0] = 32767
    return samples.tobytes()


def wav(pcm: bytes) -> bytes:
    """A mono WAV file of it."""
    layout = (1, 1, _RATE_HERTZ, 2 * _RATE_HERTZ, 2, 16)
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, *layout)
    data = struct.pack("<4sI", b"data", len(pcm)) + pcm
    return struct.pack("<4sI4s", b"RIFF", 4 + len(fmt) + len(data), b"WAVE") + fmt + data


class Journal:
    """What was sent, what of it was acknowledged, and whether it is all there."""

    def __init__(self, seed: int, *, ready_uri: str = "") -> None:
        self._random = random.Random(seed)
        self._numbers = itertools.count()
        self._ready_uri = ready_uri
        self._lock = threading.Lock()
        self.sent: dict[str, str] = {}
        self.acknowledged: dict[str, str] = {}
        self.whole: set[str] = set()

    def send(self, http_url: str, *, longest_seconds: float = 3.0) -> bool:
        """Imports one file; whether it was acknowledged."""
        with self._lock:
            number = next(self._numbers)
            seconds = self._random.uniform(0.1, longest_seconds)
            seed = self._random.getrandbits(32)
        pcm = speech(seed, seconds)
        recording = f"r{number}"
        with self._lock:
            self.sent[recording] = hashlib.sha256(pcm).hexdigest()
        path = f"/v1/projects/demo/calls/c1/recordings:import?recordingId={recording}"
        if self._ready_uri:
            path += f"&readyUri={self._ready_uri}"
        try:
            status, _ = _ask(http_url, "POST", path, wav(pcm), {"content-type": "audio/wav"})
        except (OSError, http.client.HTTPException):
            return False
        if status == http.HTTPStatus.OK:
            with self._lock:
                self.acknowledged[recording] = self.sent[recording]
        return status == http.HTTPStatus.OK

    def send_until_it_fails(self, http_url: str, clients: int = 4, most: int = 50) -> None:
        """Imports file after file from several clients, until the server is gone."""

        def work(_: int) -> None:
            for _ in range(most):
                if not self.send(http_url):
                    return

        with ThreadPoolExecutor(clients) as threads:
            list(threads.map(work, range(clients)))

    def check(self, http_url: str) -> None:
        """Every acknowledged recording is there, whole; the others are absent or have ended.

        Waits for what is still being processed.
        """
        for recording, digest in self.sent.items():
            if recording in self.whole:
                continue
            found = self._ended(http_url, recording)
            if recording in self.acknowledged:
                assert found is not None, f"{recording} was acknowledged and is gone"
                assert found["state"] == "SUCCEEDED", f"{recording} was acknowledged: {found}"
            if found is not None and found["state"] == "SUCCEEDED":
                assert _digest(found) == digest, f"{recording} holds other audio"
                self.whole.add(recording)

    def check_all_again(self, http_url: str) -> None:
        """The same for what has been found whole before."""
        self.whole.clear()
        self.check(http_url)

    def _ended(self, http_url: str, recording: str) -> dict[str, Any] | None:
        path = f"/v1beta1/projects/demo/calls/c1/recordings/{recording}"
        give_up = time.monotonic() + _ENDING_SECONDS
        while time.monotonic() < give_up:
            status, body = _ask(http_url, "GET", path)
            if status == http.HTTPStatus.NOT_FOUND:
                return None
            if status == http.HTTPStatus.OK:
                found: dict[str, Any] = json.loads(body)
                if found["state"] != "PENDING":
                    return found
            time.sleep(0.05)
        raise AssertionError(f"{recording} has not ended")


def _digest(recording: dict[str, Any]) -> str:
    """The digest of the PCM in a recording's WAV file, its MP3 read through as well."""
    files = {audio["mimeType"]: audio for audio in recording["audio"]}
    bodies = {}
    for kind, audio in files.items():
        parts = urlsplit(audio["uri"])
        status, bodies[kind] = _ask(f"http://{parts.netloc}", "GET", f"{parts.path}?{parts.query}")
        assert status == http.HTTPStatus.OK, kind
        assert len(bodies[kind]) == audio["sizeBytes"], kind
    return hashlib.sha256(bodies["audio/x-wav"][_HEADER_BYTES:]).hexdigest()


def _ask(
    http_url: str,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, bytes]:
    host = urlsplit(http_url).netloc
    connection = http.client.HTTPConnection(host, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
