"""What of access the settings allow, and what they warn of."""

import logging
from pathlib import Path
from typing import Any

import pytest

from support.accounts import projects_toml
from voice_recordings.app.security import Security
from voice_recordings.clock import ManualClock
from voice_recordings.config import Settings
from voice_recordings.errors import ConfigurationError
from voice_recordings.telemetry.audit import AuditTrail

OPEN: dict[str, Any] = {
    "http_address": "0.0.0.0:0",
    "grpc_address": "0.0.0.0:0",
    "public_url": "http://x.example",
}


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        pytest.param(OPEN, "other machines", id="nobody is asked"),
        pytest.param({"auth": "required"}, "needs --projects", id="no projects"),
        pytest.param({"auth": "on"}, "off or required", id="another word"),
        pytest.param(
            {"previous_secret_file": Path("x")}, "needs --secret-file", id="a previous secret alone"
        ),
        pytest.param(
            {**OPEN, "auth": "required", "projects": Path("x"), "emulator": True},
            "bind to 127.0.0.1", id="test controls for the world",
        ),
    ],
)  # fmt: skip
def test_what_lets_strangers_in_is_refused(settings: dict[str, Any], told: str) -> None:
    """At the start, with what to do instead."""
    with pytest.raises(ConfigurationError, match=told):
        Settings(**settings)


def test_other_machines_are_served_where_callers_are_asked() -> None:
    """Or where somebody says that the network keeps others out."""
    Settings(**OPEN, auth="required", projects=Path("x"))
    Settings(**OPEN, insecure=True)


@pytest.mark.parametrize(("settings", "warned"), [(OPEN, True), ({}, False)], ids=["world", "here"])
def test_tokens_in_the_clear_are_warned_of(
    settings: dict[str, Any], *, warned: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Beyond this machine, without TLS."""
    projects = tmp_path / "projects.toml"
    projects.write_text(projects_toml())
    clock = ManualClock()
    given = Settings(**settings, auth="required", projects=projects)
    with caplog.at_level(logging.WARNING):
        Security(given, clock, clock, AuditTrail(None, clock.now)).guards("http://x.example", ())
    assert ("without TLS" in caplog.text) == warned
