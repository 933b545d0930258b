"""All stores, given the same steps, answer the same; memory is the model."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from support.recordings import INTAKE, LIVE, LIVE_INTAKE, NOW, SESSION, pending, success
from voice_recordings.clock import ManualClock
from voice_recordings.errors import VoiceRecordingsError
from voice_recordings.recordings.delivery import Attempt
from voice_recordings.recordings.media import Segment
from voice_recordings.recordings.names import Parent, RecordingName
from voice_recordings.recordings.outbox import Claim, Outbox
from voice_recordings.recordings.paging import PageKey
from voice_recordings.recordings.ports import Lease, RecordingStore, StoredRecording
from voice_recordings.recordings.recording import (
    Empty,
    ErrorCode,
    Failed,
    Reason,
    Recording,
    Source,
    Succeeded,
)
from voice_recordings.storage.opening import open_recordings

PROJECTS, CALLS, IDS = ("demo", "other"), ("c1", "C2", "c~3"), ("a", "B", "-b", "z.1")
LEASE_SECONDS = 30.0
ALL = 1000
ENDINGS = (
    success(),
    Empty(NOW, Reason.SILENT),
    Failed(NOW, ErrorCode.TIMEOUT, Reason.TIMED_OUT),
)
CLOSED = replace(LIVE_INTAKE.session, live=replace(LIVE, closed=Reason.COMPLETED))

names = st.builds(
    RecordingName, st.sampled_from(PROJECTS), st.sampled_from(CALLS), st.sampled_from(IDS)
)
places = st.integers(0, 10)
T = TypeVar("T")
Ask = Callable[[RecordingStore, Outbox], Awaitable[Any]]


class Stores(RuleBasedStateMachine):
    """Each rule asks every store the same, and compares."""

    def __init__(self, addresses: Sequence[str], prepare: Callable[[], None]) -> None:
        super().__init__()
        prepare()
        self._clock = ManualClock(NOW)
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._folder = tempfile.TemporaryDirectory()
        self._stores = [
            self._runner.run(self._open(address.format(folder=self._folder.name)))
            for address in addresses
        ]
        self._made = 0
        self._leases: list[Lease] = []
        self._claims: list[Claim] = []
        self._seen: list[Recording] = []

    def teardown(self) -> None:
        """Closes every store."""
        self._runner.run(self._stack.aclose())
        self._runner.close()
        self._folder.cleanup()

    async def _open(self, address: str) -> tuple[RecordingStore, Outbox]:
        opened = open_recordings(address, self._clock, self._clock)
        return await self._stack.enter_async_context(opened)

    def _agree(self, ask: Ask) -> Any:
        """The answer of all, or None when all refuse in the same way."""
        answers = [self._runner.run(_outcome(ask(*ports))) for ports in self._stores]
        assert all(answer == answers[0] for answer in answers), answers
        kind, answer = answers[0]
        return answer if kind == "answer" else None

    @rule(name=names, live=st.booleans(), source=st.sampled_from(Source), uri=st.booleans())
    def create(self, name: RecordingName, live: bool, source: Source, uri: bool) -> None:  # noqa: FBT001 - drawn
        """Keeps a recording, if its name is free and its call is."""
        self._made += 1
        recording = replace(
            pending(
                name.recording, call=name.call, project=name.project, create_time=self._clock.now()
            ),
            source=source,
            media_key=f"key-{self._made}",
            ready_uri=f"http://{name.call[0].lower()}.example/r" if uri else "",
        )
        intake = LIVE_INTAKE if live else INTAKE
        lease = self._agree(lambda store, _: store.create(recording, intake, LEASE_SECONDS))
        if lease is not None:
            self._leases.append(lease)

    @rule(name=names)
    def look(self, name: RecordingName) -> None:
        """Gets a recording in every way."""
        found = self._agree(lambda store, _: store.get(name))
        self._agree(lambda store, _: store.session(name))
        self._agree(lambda _, outbox: outbox.deliveries(name))
        if found is not None:
            self._seen.append(found)
            self._agree(lambda store, _: store.by_media_key([found.media_key, "none"]))

    @rule(
        project=st.sampled_from(PROJECTS),
        call=st.sampled_from((None, *CALLS)),
        limit=st.integers(1, 5),
        seconds=st.integers(-5, 100),
        name=names,
        below=st.booleans(),
    )
    def page(  # noqa: PLR0917 - drawn by name
        self,
        project: str,
        call: str | None,
        limit: int,
        seconds: int,
        name: RecordingName,
        below: bool,  # noqa: FBT001 - drawn
    ) -> None:
        """Lists from any place, be there a recording or not."""
        time = NOW + timedelta(seconds=seconds)
        before = PageKey(time, name.call, name.recording) if below else None
        self._agree(lambda store, _: _read(store.page(Parent(project, call), limit, before)))

    @rule(name=names)
    def delete(self, name: RecordingName) -> None:
        """Deletes a recording in whatever state."""
        self._agree(lambda store, _: store.delete(name))

    @rule(place=places)
    def renew(self, place: int) -> None:
        """Renews a lease, which may have been lost."""
        if (lease := _picked(self._leases, place)) is not None:
            self._agree(lambda store, _: store.renew(lease, LEASE_SECONDS))

    @rule(name=names)
    def seize(self, name: RecordingName) -> None:
        """Takes a recording away from its holder."""
        seized = self._agree(lambda store, _: store.seize(name, LEASE_SECONDS))
        if seized is not None:
            self._leases.append(seized[0])

    @rule(place=places, closed=st.booleans())
    def keep_session(self, place: int, closed: bool) -> None:  # noqa: FBT001 - drawn
        """Keeps how far a recording has come."""
        session = CLOSED if closed else LIVE_INTAKE.session
        if (lease := _picked(self._leases, place)) is not None:
            self._agree(lambda store, _: store.keep_session(lease, session))

    @rule(place=places, ending=st.sampled_from(ENDINGS))
    def end(self, place: int, ending: Any) -> None:
        """Ends a recording under a lease, which may have been lost."""
        ending = replace(ending, end_time=self._clock.now())
        if (lease := _picked(self._leases, place)) is not None:
            self._agree(lambda store, _: store.end(lease, ending, SESSION))

    @rule(place=places)
    def rearrange(self, place: int) -> None:
        """Puts the files of a recording, as it was seen once, elsewhere."""
        seen = _picked(self._seen, place)
        if seen is not None and isinstance(seen.ending, Succeeded):
            elsewhere = (Segment("elsewhere", 0, 1),)
            moved = [replace(file, segments=elsewhere) for file in seen.ending.audio]
            self._agree(lambda store, _: store.rearrange(seen, moved))

    @rule()
    def take_over(self) -> None:
        """Takes over all that has been left."""
        taken = self._agree(lambda store, _: _sorted(store.take_over(ALL, LEASE_SECONDS)))
        self._leases += [lease for lease, _, _ in taken]

    @rule(without=st.booleans())
    def claim(self, without: bool) -> None:  # noqa: FBT001 - drawn
        """Claims all webhooks that are due."""
        full = frozenset({"http://c.example:80"} if without else ())
        ask = partial(_claim, without=full)
        self._claims += self._agree(lambda _, outbox: ask(outbox))
        self._agree(lambda _, outbox: outbox.next_due())

    @rule(place=places, status=st.sampled_from((200, 500)), wait=st.sampled_from((None, 1, 60)))
    def record(self, place: int, status: int, wait: int | None) -> None:
        """Records an attempt under a claim, which may have been lost."""
        now = self._clock.now()
        due = None if wait is None or status == 200 else now + timedelta(seconds=wait)
        attempt = Attempt(now, timedelta(milliseconds=5), status)
        if (claim := _picked(self._claims, place)) is not None:
            self._agree(lambda _, outbox: outbox.record(claim, attempt, due))

    @rule(place=places, give_back=st.booleans())
    def hold(self, place: int, give_back: bool) -> None:  # noqa: FBT001 - drawn
        """Renews a claim or gives it back."""
        if (claim := _picked(self._claims, place)) is not None:
            if give_back:
                self._agree(lambda _, outbox: outbox.release([claim]))
            else:
                self._agree(lambda _, outbox: outbox.renew(claim, LEASE_SECONDS))

    @rule(place=places, project=st.sampled_from(PROJECTS), back=st.integers(0, 100))
    def redeliver(self, place: int, project: str, back: int) -> None:
        """Asks for webhooks again."""
        since = self._clock.now() - timedelta(seconds=back)
        if (claim := _picked(self._claims, place)) is not None:
            one = (claim.delivery.recording, claim.delivery.id)
            self._agree(lambda _, outbox: outbox.redeliver(*one))
        self._agree(lambda _, outbox: outbox.redeliver_failed(project, since))

    @rule(seconds=st.sampled_from((0.001, 1, 29, 31, 61)))
    def wait(self, seconds: float) -> None:
        """Lets time pass."""
        self._runner.run(self._clock.advance(timedelta(seconds=seconds)))


def _picked(things: list[T], place: int) -> T | None:
    """The one at this place, if there are so many."""
    return things[place] if place < len(things) else None


async def _outcome(asked: Awaitable[Any]) -> tuple[str, Any]:
    try:
        return "answer", await asked
    except VoiceRecordingsError as error:
        return "refusal", (type(error), error.message)


async def _read(page: Awaitable[tuple[StoredRecording, ...]]) -> list[Recording]:
    return [listed.read() for listed in await page]


async def _sorted(asked: Awaitable[Any]) -> Any:
    return sorted(await asked, key=lambda work: work[1].media_key)


async def _claim(outbox: Outbox, *, without: frozenset[str]) -> list[Claim]:
    claims = await outbox.claim(
        limit=ALL, per_receiver=ALL, without=without, lease_seconds=LEASE_SECONDS
    )
    return sorted(claims, key=lambda claim: claim.delivery.id)


SETTINGS = settings(
    max_examples=25,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_memory_and_sqlite_agree() -> None:
    """Step by step, whatever the steps."""
    addresses = ("memory:", "sqlite://{folder}/a.db")
    machine: Any = partial(Stores, addresses, lambda: None)
    run_state_machine_as_test(machine, settings=SETTINGS)


@pytest.mark.check
def test_all_stores_agree(kept_postgres: str) -> None:
    """The same with PostgreSQL."""
    from support.postgres import make_empty  # noqa: PLC0415 - not in the core packages

    addresses = ("memory:", "sqlite://{folder}/a.db", kept_postgres)
    machine: Any = partial(Stores, addresses, partial(make_empty, kept_postgres))
    run_state_machine_as_test(machine, settings=SETTINGS)
