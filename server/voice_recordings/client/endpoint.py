"""Where the server is."""

import os

EMULATOR_VARIABLE = "VOICE_RECORDINGS_EMULATOR_HOST"
DEFAULT_TARGET = "127.0.0.1:50051"


def target_of(given: str | None) -> str:
    """HOST:PORT of gRPC: as given, else the emulator's, else a server on this machine.

    The environment is read here, not in the composition root, because a user's
    program under test is to find the emulator without a line of its own.
    """
    return given or os.environ.get(EMULATOR_VARIABLE) or DEFAULT_TARGET
