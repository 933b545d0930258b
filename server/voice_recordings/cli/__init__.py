"""The command line."""

from voice_recordings.cli.main import main
from voice_recordings.cli.process import run

__all__ = ["main", "run"]
