"""What people see of recordings."""

import sys

import pytest

from enfonica.voice.v1beta1.recordings_pb2 import Recording
from voice_recordings.cli.output import print_table

NAME = "projects/demo/calls/a-call-with-a-name-of-some-length/recordings/one-of-its-recordings"


def test_a_name_can_be_copied_however_narrow_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A row stands on one line, which the terminal may break and the table does not."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "dumb")
    print_table([Recording(name=NAME, state=Recording.SUCCEEDED)])
    heads, row = capsys.readouterr().out.splitlines()
    assert heads.split() == ["NAME", "STATE", "DURATION", "CREATED"]
    assert row.split()[:2] == [NAME, "SUCCEEDED"]
