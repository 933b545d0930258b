"""Random bytes that repeat once they are told where to begin."""

import os
import random


class Randomness:
    """The machine's, until it is seeded."""

    def __init__(self) -> None:
        self._seed: int | None = None
        self._sequence: random.Random | None = None

    def __call__(self, count: int) -> bytes:
        """So many bytes."""
        return self._sequence.randbytes(count) if self._sequence else os.urandom(count)

    def seed(self, seed: int) -> None:
        """Begins a sequence that is the same for the same seed."""
        self._seed = seed
        self.restart()

    def restart(self) -> None:
        """Begins the sequence again, if there is one."""
        if self._seed is not None:
            self._sequence = random.Random(self._seed)  # noqa: S311 - they are to repeat
