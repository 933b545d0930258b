"""The settings, and what stands for what."""

from pathlib import Path
from typing import Any

import pytest

from voice_recordings.config import Settings
from voice_recordings.errors import ConfigurationError


def test_a_data_directory_stands_for_both_stores() -> None:
    """SQLite and files under one folder, unless an address says otherwise."""
    settings = Settings(data_dir=Path("/var/lib/voice recordings"))
    assert settings.store_address == "sqlite:///var/lib/voice%20recordings/recordings.db"
    assert settings.media_address == "file:///var/lib/voice%20recordings/media"
    elsewhere = Settings(data_dir=Path("/data"), media="file:///mnt/audio")
    assert elsewhere.store_address == "sqlite:///data/recordings.db"
    assert elsewhere.media_address == "file:///mnt/audio"
    assert Settings().store_address == Settings().media_address == "memory:"


@pytest.mark.parametrize(
    "settings",
    [
        {"store": "sqlite:///a.db"},
        {"media": "file:///a"},
        {"data_dir": Path("/data"), "media": "memory:"},
        {"store": "sqlite:///a.db", "media": "file:///a"},
    ],
    ids=["audio forgotten", "rows forgotten", "audio forgotten, in a folder", "secret forgotten"],
)
def test_what_is_kept_is_kept_whole(settings: dict[str, Any]) -> None:
    """Rows, audio and the secret have one life."""
    with pytest.raises(ConfigurationError):
        Settings(**settings)
