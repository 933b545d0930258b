"""schemathesis against the live service: no answer outside the document, and no 5xx."""

import subprocess
import sys
from pathlib import Path

import pytest

from end_to_end.processes import Served

pytestmark = pytest.mark.check
CHECKS = (
    "not_a_server_error,status_code_conformance,"
    "content_type_conformance,response_schema_conformance"
)


def test_every_answer_is_in_the_document(tmp_path: Path) -> None:
    """What it makes of /openapi.json is answered as that says."""
    with Served() as server:
        command = [
            str(Path(sys.executable).with_name("schemathesis")),
            "run",
            f"{server.http_url}/openapi.json",
            f"--checks={CHECKS}",
            "--phases=examples,coverage,fuzzing",
            "--max-examples=10",
            "--seed=1",
            "--no-color",
        ]
        ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert ran.returncode == 0, ran.stdout[-8000:]
