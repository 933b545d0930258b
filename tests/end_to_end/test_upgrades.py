"""Clients that would rather speak another protocol, and may not."""

import pytest

from support.server import call
from unit.audio.wavs import wav
from voice_recordings.app import Running


@pytest.mark.parametrize(
    "wish",
    [
        # What Java's HttpClient sends by itself.
        {
            "Connection": "Upgrade, HTTP2-Settings",
            "Upgrade": "h2c",
            "HTTP2-Settings": "AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
        },
        {"Connection": "upgrade", "upgrade": "websocket"},
    ],
    ids=["h2c", "websocket"],
)
def test_a_body_is_read_whatever_protocol_was_wished_for(
    server: Running, wish: dict[str, str]
) -> None:
    """The server goes on in HTTP/1.1, and nothing of the body is lost."""
    path = "/v1/projects/upgrades/calls/c/recordings:import"
    headers = {"Content-Type": "audio/wav", **wish}
    file = wav(b"\x00\x40\x00\xc0" * 50_000)
    answer = call(server.http_url, path, method="POST", headers=headers, body=file)
    assert answer.status == 200, answer.body
    name = answer.json["name"]
    session = call(server.http_url, f"/v1/{name}/session", headers=wish)
    assert int(session.json["input"]["sizeBytes"]) == len(file)
