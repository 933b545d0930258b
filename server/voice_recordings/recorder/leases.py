"""A lease held for as long as its recording is worked on."""

import logging
from collections.abc import Callable
from datetime import timedelta

from voice_recordings.clock import Clock
from voice_recordings.errors import StaleAttempt
from voice_recordings.recordings.ports import Lease, RecordingStore

LEASE_SECONDS = 30.0
HEARTBEAT = timedelta(seconds=10)

_log = logging.getLogger(__name__)


class HeldLease:
    """Renews a lease on the clock until it is let go.

    `on_lost` is called when another worker has the recording, or it is gone. A
    store that fails is asked again at the next beat.
    """

    def __init__(
        self,
        recordings: RecordingStore,
        clock: Clock,
        lease: Lease,
        on_lost: Callable[[], object],
    ) -> None:
        self.lease = lease
        self._recordings = recordings
        self._clock = clock
        self._on_lost = on_lost
        self._held = True
        self._schedule()

    def let_go(self) -> None:
        """Renews it no more; it lapses by itself, or is handed on."""
        self._held = False
        self._clock.cancel(self._key)

    @property
    def _key(self) -> str:
        # Of this very recording: there may be another of its name by now.
        return f"lease {self.lease.name} {self.lease.media_key} {self.lease.fence}"

    def _schedule(self) -> None:
        self._clock.schedule(self._clock.now() + HEARTBEAT, self._key, self._renew)

    async def _renew(self) -> None:
        try:
            renewed = await self._recordings.renew(self.lease, LEASE_SECONDS)
        except StaleAttempt:
            if self._held:
                self._on_lost()
            return
        except Exception:
            _log.exception("a lease could not be renewed", extra={"key": self._key})
        else:
            if renewed.fence == self.lease.fence:
                self.lease = renewed
        if self._held:
            self._schedule()
