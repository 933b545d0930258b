"""The command line as a process: it runs a command, and ends with its status."""

import logging
import os
import sys
from contextlib import suppress
from typing import NoReturn

from voice_recordings.cli.main import main


def run() -> None:
    """Runs the command that the arguments name, and ends the process."""
    try:
        main()
    except SystemExit as end:
        # What speaks to object stores has threads of its own, which cannot be stopped, and
        # abort the process when they want the interpreter and it is being taken down
        # (PyO3/pyo3-async-runtimes#40): 134, in place of the status.
        if "obstore" in sys.modules and isinstance(end.code, int | None):
            _leave(end.code or 0)
        raise


def _leave(status: int) -> NoReturn:
    """Ends the process without taking the interpreter down; nothing said is lost."""
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        # Nobody may be reading any more.
        with suppress(OSError):
            stream.flush()
    os._exit(status)
