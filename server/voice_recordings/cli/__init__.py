"""The command line."""

from voice_recordings.cli.main import main

__all__ = ["main"]
