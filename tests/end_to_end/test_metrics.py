"""/metrics, as Prometheus finds it."""

import io
import threading
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from support.receiving import receiving
from support.server import call, serving
from unit.audio.wavs import wav
from voice_recordings.app import Running
from voice_recordings.client import RecordingsClient


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    """One that others' work does not count at."""
    with serving() as server:
        yield server


def test_calls_at_both_doors_are_counted(server: Running) -> None:
    """In the text format, by door, method and status; nothing names a project."""
    path = "/v1beta1/projects/metered/calls/c1/recordings/none"
    assert call(server.http_url, path).status == 404
    answer = call(server.http_url, "/metrics")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain")
    families = {
        family.name: family for family in text_string_to_metric_families(answer.body.decode())
    }
    counted = {
        (sample.labels["door"], sample.labels["method"], sample.labels["code"])
        for sample in families["voice_recordings_calls"].samples
    }
    assert ("rest", "/enfonica.voice.v1beta1.Recordings/GetRecording", "NOT_FOUND") in counted
    assert "metered" not in answer.body.decode()
    assert call(server.http_url, "/metrics", method="POST").status == 405


def figures(server: Running) -> dict[tuple[str, ...], float]:
    """Every figure by its name and the values of its labels, by their names."""
    text = call(server.http_url, "/metrics").body.decode()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_recording_leaves_its_marks(server: Running, client: RecordingsClient) -> None:
    """Bytes made safe, its ending and why, how long after its last byte, the store's work."""
    before = figures(server)
    for samples in (b"\x00\x40\x00\xc0" * 4000, bytes(16_000)):
        made = client.import_file("projects/metered/calls/c2", io.BytesIO(wav(samples)))
        client.wait_until_ready(made.name)

    after = figures(server)

    def grown(*key: str) -> float:
        return after[key] - before.get(key, 0.0)

    assert grown("voice_recordings_committed_bytes_total") == 32_000
    assert grown("voice_recordings_recordings_ended_total", "COMPLETED", "SUCCEEDED") == 1
    assert grown("voice_recordings_recordings_ended_total", "SILENT", "EMPTY") == 1
    assert grown("voice_recordings_processing_lag_seconds_count") == 2
    assert grown("voice_recordings_store_seconds_count", "create") == 2
    assert after["voice_recordings_live_sessions",] == 0


def test_webhooks_leave_their_marks(server: Running, client: RecordingsClient) -> None:
    """How long one was due before it was sent, how it went, and what is under way."""
    before = figures(server)
    with receiving() as receiver:
        client.import_file(
            "projects/metered/calls/c3",
            io.BytesIO(wav(b"\x00\x40\x00\xc0" * 4000)),
            ready_uri=f"{receiver.url}/ready",
        )
        came = threading.Event()
        delivered = ("voice_recordings_webhook_attempts_total", "delivered")
        for _ in range(1200):
            after = figures(server)
            if after.get(delivered, 0.0) > before.get(delivered, 0.0):
                break
            came.wait(0.05)
    assert after[delivered] == before.get(delivered, 0.0) + 1
    lag = ("voice_recordings_webhook_lag_seconds_count",)
    assert after[lag] == before[lag] + 1
    assert after["voice_recordings_webhooks_queued", "waiting"] == 0
    assert ("voice_recordings_webhooks_queued", "under_way") in after
