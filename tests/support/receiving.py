"""A webhook receiver for tests that do not run on an event loop."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from support.receiver import Behaviour, Receiver, listening, status

_TIMEOUT_SECONDS = 120


@contextmanager
def receiving(default: Behaviour | None = None) -> Iterator[Receiver]:
    """Runs one on a thread of its own; `default` is what it does with every webhook."""
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    stop = asyncio.Event()
    found: list[Receiver] = []

    async def run() -> None:
        async with listening() as receiver:
            receiver.default = default or status(200)
            found.append(receiver)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),), name="receiver")
    thread.start()
    try:
        assert ready.wait(_TIMEOUT_SECONDS)
        yield found[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(_TIMEOUT_SECONDS)
        loop.close()
