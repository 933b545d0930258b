"""Every webhook that is posted, as it was sent and answered."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

from voice_recordings.clock import Clock
from voice_recordings.emulator.journal import Journal
from voice_recordings.emulator.projects import project_in
from voice_recordings.webhooks import event
from voice_recordings.webhooks.reply import OpenPoster, Poster, Reply, Sign
from voicerecordings.emulator.v1.webhook_attempt_pb2 import WebhookAttempt


class WebhookLog:
    """Keeps the last attempts of each project."""

    def __init__(self, clock: Clock, note: Callable[[str], None]) -> None:
        """`note` is told the recording that each attempt is about."""
        self._clock = clock
        self._note = note
        self._journal: Journal[WebhookAttempt] = Journal()
        self._attempts: Counter[str] = Counter()

    def watch(self, open_poster: OpenPoster) -> OpenPoster:
        """What opens a poster whose posts are logged."""

        async def open_logged() -> Poster:
            return _LoggedPoster(await open_poster(), self)

        return open_logged

    @property
    def now(self) -> datetime:
        """The clock's time."""
        return self._clock.now()

    async def add(self, attempt: WebhookAttempt) -> None:
        """Keeps an attempt that has been made."""
        self._attempts[attempt.webhook_id] += 1
        attempt.attempt = self._attempts[attempt.webhook_id]
        self._note(attempt.recording)
        self._journal.add(project_in(attempt.recording) or "", attempt)
        await self._journal.changed()

    def entries(self, project: str | None, recording: str) -> list[WebhookAttempt]:
        """The last ones of a project, or all; of one recording unless that is empty."""
        return self._journal.entries(project, _of(recording))

    async def wait(
        self, project: str | None, recording: str, *, number: int, seconds: float
    ) -> list[WebhookAttempt]:
        """The same, when there are so many; raises `NotSeen`."""
        return await self._journal.wait(project, _of(recording), number=number, seconds=seconds)

    def forget(self, project: str | None) -> None:
        """Drops the attempts of a project, or all."""
        for entry in self._journal.entries(project, lambda _: True):
            del self._attempts[entry.webhook_id]
        self._journal.forget(project)


class _LoggedPoster:
    """A `Poster` that tells of what it posts."""

    def __init__(self, poster: Poster, log: WebhookLog) -> None:
        self._poster = poster
        self._log = log

    async def post(self, url: str, body: bytes, sign: Sign) -> Reply:
        """Sends one webhook, and logs it."""
        attempt = WebhookAttempt(uri=url, body=body, recording=str(json.loads(body)["name"]))
        attempt.time.FromDatetime(self._log.now)
        signed: Mapping[str, str] = {}

        def noted(hop: str) -> Mapping[str, str]:
            nonlocal signed
            attempt.uri, signed = hop, sign(hop)
            return signed

        reply = await self._poster.post(url, body, noted)
        for key, value in signed.items():
            attempt.headers.add(key=key.lower(), value=value)
        attempt.webhook_id = signed.get(event.ID_HEADER, "")
        attempt.signature = signed.get(event.SIGNATURE_HEADER, "")
        attempt.status = reply.status or 0
        attempt.failure = reply.failure.value if reply.failure else ""
        await self._log.add(attempt)
        return reply

    async def close(self) -> None:
        """Closes the poster."""
        await self._poster.close()


def _of(recording: str) -> Callable[[WebhookAttempt], bool]:
    return lambda attempt: not recording or attempt.recording == recording
