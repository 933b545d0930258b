"""How late the event loop is: what blocks it shows here first."""

import asyncio
from collections.abc import Callable

INTERVAL_SECONDS = 0.25


class LoopLag:
    """Asks to be called at a time, and tells how much later it was.

    This measures the event loop itself, so it asks the loop and not the
    service's clock.
    """

    def __init__(self, observe: Callable[[float], None]) -> None:
        self._observe = observe
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begins to measure on the running loop."""
        self._later(asyncio.get_running_loop())

    def stop(self) -> None:
        """Measures no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _later(self, loop: asyncio.AbstractEventLoop) -> None:
        due = loop.time() + INTERVAL_SECONDS

        def measure() -> None:
            self._observe(max(0.0, loop.time() - due))
            self._later(loop)

        self._timer = loop.call_at(due, measure)
