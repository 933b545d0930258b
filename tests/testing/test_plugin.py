"""The plugin as pytest loads it for every suite."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

_HEAVY = {
    "grpc",
    "google",
    "numpy",
    "uvicorn",
    "aiohttp",
    "orjson",
    "voice_recordings.app",
    "click",
}


def test_it_costs_a_suite_that_does_not_use_it_nothing() -> None:
    """Nothing heavy is imported, and the names of the package are still to be had."""
    code = (
        "import sys, json, pytest; before = set(sys.modules)\n"
        "import voice_recordings.testing.plugin\n"
        "print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    loaded = set(json.loads(ran.stdout))
    assert not loaded & _HEAVY
    assert {name for name in loaded if name.startswith("voice_recordings")} == {
        "voice_recordings",
        "voice_recordings.testing",
        "voice_recordings.testing.plugin",
    }


def test_it_is_there_without_being_asked_for(tmp_path: Path) -> None:
    """Installing the package is enough; a hundred tests in parallel do not meet each other."""
    (tmp_path / "test_app.py").write_text(
        """
from concurrent.futures import ThreadPoolExecutor
from voice_recordings.client import NO_RETRY, RecordingsClient, Unavailable

def test_projects_do_not_meet(voice_recordings):
    client = RecordingsClient(voice_recordings.grpc_target, retry=NO_RETRY)
    def use(number):
        project = voice_recordings.new_project()
        made = project.simulate(recording_id="same", sound="TONE")
        if number % 3:
            project.faults.fail("GetRecording", "UNAVAILABLE", times=number % 3)
        errors = 0
        for _ in range(3):
            try:
                client.get(made.name)
            except Unavailable:
                errors += 1
        assert errors == number % 3
        assert [each.name for each in client.list(project.name)] == [made.name]
        assert project.requests.count("GetRecording") == 3
        project.faults.check_all_fired()
        assert project.reset() == 1
        return project.name
    with ThreadPoolExecutor(10) as pool:
        assert len(set(pool.map(use, range(100)))) == 100
    client.close()

def test_ready_made_clients(
    voice_recordings_client, voice_recordings_rest, voice_recordings_project
):
    made = voice_recordings_project.simulate()
    assert voice_recordings_client.get(made.name).name == made.name
    project = voice_recordings_project.name
    assert voice_recordings_rest.get(f"/v1beta1/{made.name}").status == 200
    listed = voice_recordings_rest.get(f"/v1beta1/{project}/recordings", pageSize=1)
    assert [each["name"] for each in listed.json()["recordings"]] == [made.name]
    reset = voice_recordings_rest.post("/emulator/v1/state:reset", {"project": "projects/none"})
    assert reset.json() == {}
    assert voice_recordings_rest.delete(f"/v1beta1/{made.name}").status == 200
"""
    )
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "2 passed" in ran.stdout


def test_an_unknown_name_is_told() -> None:
    """The lazy package is a package all the same."""
    import voice_recordings.testing  # noqa: PLC0415 - what is tested

    with pytest.raises(AttributeError, match="Nothing"):
        _ = voice_recordings.testing.Nothing
