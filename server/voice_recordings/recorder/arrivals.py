"""How much audio has come in so far: what processing waits on."""

import asyncio


class Arrivals:
    """Counts the bytes in the spool; complete once no more will come."""

    def __init__(self, arrived_bytes: int = 0, *, complete: bool = False) -> None:
        self._arrived_bytes = arrived_bytes
        self._complete = complete
        self._changed = asyncio.Event()

    def arrived(self, total_bytes: int) -> None:
        """The spool now holds so many bytes."""
        self._arrived_bytes = total_bytes
        self._changed.set()

    def complete(self) -> None:
        """No more bytes will come."""
        self._complete = True
        self._changed.set()

    async def beyond(self, position: int, piece_bytes: int = 1) -> int:
        """Waits for a piece beyond `position` and gives the number of bytes there are.

        Fewer than a piece, or none, are beyond it only when no more will come.
        """
        while self._arrived_bytes < position + piece_bytes and not self._complete:
            self._changed.clear()
            await self._changed.wait()
        return self._arrived_bytes
