"""`python -m voice_recordings`: the command line."""

from voice_recordings.cli import main

if __name__ == "__main__":
    main()
