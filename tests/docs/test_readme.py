"""What the README shows, run."""

import contextlib
import io
import re
from pathlib import Path

import pytest

from support.server import serving
from unit.audio.wavs import wav

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_python_client_works_as_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both programs, one after the other, and the error as it is printed."""
    (tmp_path / "prompt.wav").write_bytes(wav(b"\x00\x40\x00\xc0" * 5000))
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    # The producer's lines need a call to record; tests/end_to_end/test_live.py has one.
    clients = [block for block in blocks if re.search(r"import .*RecordingsClient", block)]
    programs = [block for block in clients if "LiveRecording" not in block]
    assert len(programs) == 2
    printed = io.StringIO()
    with serving() as server, contextlib.redirect_stdout(printed):
        monkeypatch.setenv("VOICE_RECORDINGS_EMULATOR_HOST", server.grpc_address)
        for program in programs:
            here = program.replace("127.0.0.1:50051", server.grpc_address)
            exec(compile(here, "README.md", "exec"), {"__name__": "readme"})
    assert (tmp_path / "prompt.mp3").stat().st_size > 0
    listed, refused = printed.getvalue().splitlines()
    assert listed.startswith("projects/demo/calls/c1/recordings/a1 0:00:")
    assert f"```text\n{refused}\n```" in README
