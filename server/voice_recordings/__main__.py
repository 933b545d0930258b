"""`python -m voice_recordings`: the command line."""

from voice_recordings.cli import run

if __name__ == "__main__":
    run()
