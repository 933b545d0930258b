"""Where the client looks for its server."""

import pytest

from voice_recordings.client.endpoint import target_of


def test_what_is_given_beats_the_emulator_and_that_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An empty variable is none."""
    monkeypatch.setenv("VOICE_RECORDINGS_EMULATOR_HOST", "127.0.0.1:7")
    assert target_of("127.0.0.1:9") == "127.0.0.1:9"
    assert target_of(None) == "127.0.0.1:7"
    monkeypatch.setenv("VOICE_RECORDINGS_EMULATOR_HOST", "")
    assert target_of(None) == "127.0.0.1:50051"
