"""/metrics, as Prometheus finds it."""

from prometheus_client.parser import text_string_to_metric_families

from support.server import call
from voice_recordings.app import Running


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
