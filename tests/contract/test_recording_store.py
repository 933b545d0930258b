"""What every `RecordingStore` promises."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from support.recordings import INTAKE, LIVE, LIVE_INTAKE, NOW, SESSION, pending, success
from voice_recordings.clock import ManualClock
from voice_recordings.errors import CallBeingRecorded, RecordingExists, StaleAttempt
from voice_recordings.recordings.live import PauseMode
from voice_recordings.recordings.media import Segment
from voice_recordings.recordings.names import Parent, RecordingName
from voice_recordings.recordings.paging import PageKey
from voice_recordings.recordings.ports import RecordingStore
from voice_recordings.recordings.recording import Empty, Reason, Source, Succeeded

LEASE_SECONDS = 30.0
PROJECT = Parent("demo", None)


async def put(store: RecordingStore, *names: str, call: str = "c1", project: str = "demo") -> None:
    """Keeps recordings made a second apart, in this order."""
    for second, name in enumerate(names):
        made = pending(
            name, call=call, project=project, create_time=NOW + timedelta(seconds=second)
        )
        await store.create(made, INTAKE, LEASE_SECONDS)


async def test_what_is_created_can_be_got(store: RecordingStore) -> None:
    """Every field comes back as it went in."""
    await store.create(pending(), INTAKE, LEASE_SECONDS)
    assert await store.get(pending().name) == pending()
    assert await store.session(pending().name) == (pending(), SESSION)


async def test_what_was_never_created_is_none(store: RecordingStore) -> None:
    """Absence is no error."""
    name = RecordingName("demo", "c1", "none")
    assert await store.get(name) is None
    assert await store.session(name) is None
    assert await store.delete(name) is None


async def test_reads_that_are_broken_off_harm_no_other(store: RecordingStore) -> None:
    """However far they had come."""
    await store.create(pending(), INTAKE, LEASE_SECONDS)
    for turns in range(40):
        leaving = asyncio.create_task(store.get(pending().name))
        staying = asyncio.create_task(store.get(pending().name))
        for _ in range(turns % 8):
            await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
        assert await staying == pending()


async def test_a_question_may_be_long(store: RecordingStore) -> None:
    """Longer than what the system takes at a time."""
    await store.create(pending(), INTAKE, LEASE_SECONDS)
    others = [f"{number:064}" for number in range(60_000)]
    (found,) = await store.by_media_key([*others, pending().media_key])
    assert found == pending()


async def test_a_name_is_taken_once(store: RecordingStore) -> None:
    """A second recording of the name is refused and changes nothing."""
    await store.create(pending(), INTAKE, LEASE_SECONDS)
    with pytest.raises(RecordingExists):
        await store.create(pending(create_time=NOW + timedelta(1)), INTAKE, LEASE_SECONDS)
    assert await store.get(pending().name) == pending()
    assert len(await store.page(PROJECT, 10, None)) == 1


async def test_a_page_runs_from_the_newest_down(store: RecordingStore) -> None:
    """create_time descending."""
    await put(store, "a", "b", "c")
    page = await store.page(PROJECT, 2, None)
    assert [listed.place.recording for listed in page] == ["c", "b"]


async def test_a_page_goes_on_below_a_key(store: RecordingStore) -> None:
    """The recording of the key is not met again, and need not exist any more."""
    await put(store, "a", "b", "c")
    first = await store.page(PROJECT, 1, None)
    await store.delete(first[0].read().name)
    page = await store.page(PROJECT, 10, first[0].place)
    assert [listed.place.recording for listed in page] == ["b", "a"]


async def test_what_is_listed_knows_its_recording(store: RecordingStore) -> None:
    """The media key and the place are told before it is read."""
    await put(store, "a", "b")
    lease = await store.create(pending("c"), INTAKE, LEASE_SECONDS)
    await store.end(lease, success(), SESSION)
    for listed in await store.page(PROJECT, 10, None):
        recording = listed.read()
        told = listed.name, listed.media_key, listed.place
        assert told == (recording.name, recording.media_key, PageKey.of(recording))


async def test_what_is_found_knows_its_recording(store: RecordingStore) -> None:
    """Before it is read, and then it is what one gets; what is not there is None."""
    await put(store, "a")
    recording = await store.get(pending("a").name)
    found = await store.find(pending("a").name)
    assert recording is not None
    assert found is not None
    assert (found.name, found.media_key) == (recording.name, recording.media_key)
    assert found.read() == recording
    assert await store.find(pending("b").name) is None


async def test_recordings_made_while_paging_move_nothing(store: RecordingStore) -> None:
    """None that existed before is skipped or repeated."""
    await put(store, "a", "b", "c", "d")
    seen: list[str] = []
    before = None
    for step in range(5):
        page = await store.page(PROJECT, 1, before)
        seen += [listed.place.recording for listed in page]
        before = page[-1].place if page else before
        late = pending(f"late-{step}", create_time=NOW + timedelta(hours=1, seconds=step))
        await store.create(late, INTAKE, LEASE_SECONDS)
    assert seen == ["d", "c", "b", "a"]


async def test_equal_times_are_ordered_by_name(store: RecordingStore) -> None:
    """Ties have a stable order, across calls too."""
    for call, name in (("c2", "a"), ("c1", "b"), ("c1", "a"), ("c2", "b")):
        await store.create(pending(name, call=call), INTAKE, LEASE_SECONDS)
    page = await store.page(PROJECT, 10, None)
    found = [(listed.place.call, listed.place.recording) for listed in page]
    assert found == [("c2", "b"), ("c2", "a"), ("c1", "b"), ("c1", "a")]


async def test_a_page_of_a_call_holds_that_call_alone(store: RecordingStore) -> None:
    """Neither another call's recordings nor another project's."""
    await put(store, "a", call="c1")
    await put(store, "b", call="c2")
    await put(store, "c", call="c1", project="other")
    page = await store.page(Parent("demo", "c1"), 10, None)
    assert [listed.read().name for listed in page] == [RecordingName("demo", "c1", "a")]
    assert len(await store.page(PROJECT, 10, None)) == 2
    assert await store.page(Parent("nobody", None), 10, None) == ()


async def test_a_recording_is_deleted_once(store: RecordingStore) -> None:
    """The first caller gets it as it was; it is nowhere to be found after."""
    await put(store, "a", "b")
    name = RecordingName("demo", "c1", "a")
    deleted = await store.delete(name)
    assert deleted is not None
    assert deleted.name == name
    assert await store.delete(name) is None
    assert await store.get(name) is None
    assert [listed.place.recording for listed in await store.page(PROJECT, 10, None)] == ["b"]


async def test_a_name_is_free_again_after_a_delete(store: RecordingStore) -> None:
    """A new recording of the name is a new one."""
    await put(store, "a")
    await store.delete(RecordingName("demo", "c1", "a"))
    again = pending("a", create_time=NOW + timedelta(hours=1))
    await store.create(again, INTAKE, LEASE_SECONDS)
    assert await store.get(again.name) == again


async def test_an_ending_is_kept_with_its_session(store: RecordingStore) -> None:
    """Both are there, in every way of reading."""
    lease = await store.create(pending(), INTAKE, LEASE_SECONDS)
    ended = await store.end(lease, success(), SESSION)
    assert ended == pending().end(success())
    assert await store.get(pending().name) == ended
    assert [listed.read() for listed in await store.page(PROJECT, 10, None)] == [ended]
    assert await store.session(pending().name) == (ended, SESSION)


async def test_a_recording_ends_once(store: RecordingStore) -> None:
    """A second ending is stale, whatever it says."""
    lease = await store.create(pending(), INTAKE, LEASE_SECONDS)
    ended = await store.end(lease, success(), SESSION)
    with pytest.raises(StaleAttempt):
        await store.end(lease, Empty(NOW, Reason.SILENT), SESSION)
    assert await store.get(pending().name) == ended


async def test_a_deleted_recording_cannot_end(store: RecordingStore) -> None:
    """Its worker learns that it is gone."""
    lease = await store.create(pending(), INTAKE, LEASE_SECONDS)
    await store.delete(pending().name)
    with pytest.raises(StaleAttempt):
        await store.end(lease, success(), SESSION)
    with pytest.raises(StaleAttempt):
        await store.renew(lease, LEASE_SECONDS)
    assert await store.get(pending().name) is None


async def test_a_deleted_recordings_worker_has_no_say_in_the_next_of_its_name(
    store: RecordingStore,
) -> None:
    """It neither ends it nor keeps anything, though both are the first at theirs."""
    lease = await store.create(pending("a"), INTAKE, LEASE_SECONDS)
    await store.delete(lease.name)
    again = replace(pending("a"), media_key="another")
    await store.create(again, INTAKE, LEASE_SECONDS)
    with pytest.raises(StaleAttempt):
        await store.end(lease, success(), SESSION)
    with pytest.raises(StaleAttempt):
        await store.keep_session(lease, SESSION)
    with pytest.raises(StaleAttempt):
        await store.renew(lease, LEASE_SECONDS)
    assert await store.get(again.name) == again


async def test_nobody_takes_over_what_is_being_worked_on(
    store: RecordingStore, clock: ManualClock
) -> None:
    """A lease holds until its end, and longer when renewed."""
    lease = await store.create(pending(), INTAKE, LEASE_SECONDS)
    await clock.advance(timedelta(seconds=29))
    assert await store.take_over(10, LEASE_SECONDS) == ()
    await store.renew(lease, LEASE_SECONDS)
    await clock.advance(timedelta(seconds=29))
    assert await store.take_over(10, LEASE_SECONDS) == ()


async def test_a_lapsed_lease_goes_to_one_other(store: RecordingStore, clock: ManualClock) -> None:
    """The recording, what is needed to begin again, and a higher fence."""
    first = await store.create(pending(), INTAKE, LEASE_SECONDS)
    await clock.advance(timedelta(seconds=30))
    ((second, recording, intake),) = await store.take_over(10, LEASE_SECONDS)
    assert (recording, intake) == (pending(), INTAKE)
    assert second.fence > first.fence
    assert await store.take_over(10, LEASE_SECONDS) == ()


async def test_the_fence_keeps_the_first_worker_out(
    store: RecordingStore, clock: ManualClock
) -> None:
    """A worker that slept past its lease can neither end nor renew."""
    first = await store.create(pending(), INTAKE, LEASE_SECONDS)
    await clock.advance(timedelta(seconds=31))
    ((second, _, _),) = await store.take_over(10, LEASE_SECONDS)
    with pytest.raises(StaleAttempt):
        await store.end(first, success(), SESSION)
    with pytest.raises(StaleAttempt):
        await store.renew(first, LEASE_SECONDS)
    ended = await store.end(second, Empty(NOW, Reason.SILENT), SESSION)
    assert ended.ending == Empty(NOW, Reason.SILENT)


async def test_the_oldest_work_is_taken_over_first(
    store: RecordingStore, clock: ManualClock
) -> None:
    """At most as many as asked for."""
    await put(store, "a", "b")
    await clock.advance(timedelta(seconds=31))
    await put(store, "c", call="c2")
    taken = await store.take_over(1, LEASE_SECONDS)
    taken += await store.take_over(10, LEASE_SECONDS)
    assert sorted(recording.name.recording for _, recording, _ in taken) == ["a", "b"]


async def test_what_has_ended_is_never_taken_over(
    store: RecordingStore, clock: ManualClock
) -> None:
    """There is nothing left to do."""
    lease = await store.create(pending(), INTAKE, LEASE_SECONDS)
    await store.end(lease, success(), SESSION)
    await clock.advance(timedelta(days=1))
    assert await store.take_over(10, LEASE_SECONDS) == ()


async def test_a_session_is_kept_as_far_as_it_has_come(store: RecordingStore) -> None:
    """Whoever asks, or takes the recording over, gets the latest."""
    lease = await store.create(pending(), LIVE_INTAKE, LEASE_SECONDS)
    paused = LIVE.pause(PauseMode.SILENCE, 80).resume(160).pause(PauseMode.SKIP, 320).reached(400)
    session = replace(LIVE_INTAKE.session, live=paused)
    await store.keep_session(lease, session)
    assert await store.session(pending().name) == (pending(), session)
    found = await store.seize(pending().name, LEASE_SECONDS)
    assert found is not None
    assert found[2] == replace(LIVE_INTAKE, session=session)


async def test_only_the_holder_keeps_sessions(store: RecordingStore) -> None:
    """Neither one it was seized from, nor after the end, nor after a delete."""
    first = await store.create(pending(), LIVE_INTAKE, LEASE_SECONDS)
    found = await store.seize(pending().name, LEASE_SECONDS)
    assert found is not None
    with pytest.raises(StaleAttempt):
        await store.keep_session(first, SESSION)
    await store.end(found[0], success(), SESSION)
    with pytest.raises(StaleAttempt):
        await store.keep_session(found[0], SESSION)
    assert await store.session(pending().name) == (pending().end(success()), SESSION)


async def test_a_seized_recording_is_the_newest_holders(
    store: RecordingStore, clock: ManualClock
) -> None:
    """At once, with a lease of its own."""
    first = await store.create(pending(), LIVE_INTAKE, LEASE_SECONDS)
    await clock.advance(timedelta(seconds=20))
    found = await store.seize(pending().name, LEASE_SECONDS)
    assert found is not None
    lease, recording, intake = found
    assert lease.fence > first.fence
    assert (recording, intake) == (pending(), LIVE_INTAKE)
    with pytest.raises(StaleAttempt):
        await store.renew(first, LEASE_SECONDS)
    await clock.advance(timedelta(seconds=20))
    assert await store.take_over(10, LEASE_SECONDS) == ()


async def test_what_is_not_pending_cannot_be_seized(store: RecordingStore) -> None:
    """Neither what was never there nor what has ended."""
    assert await store.seize(pending().name, LEASE_SECONDS) is None
    lease = await store.create(pending(), INTAKE, LEASE_SECONDS)
    await store.end(lease, success(), SESSION)
    assert await store.seize(pending().name, LEASE_SECONDS) is None


async def test_a_call_has_one_live_call_recording(store: RecordingStore) -> None:
    """The second is refused, leaves nothing behind, and learns of the first."""
    await store.create(pending("a"), LIVE_INTAKE, LEASE_SECONDS)
    with pytest.raises(CallBeingRecorded) as refused:
        await store.create(pending("b"), LIVE_INTAKE, LEASE_SECONDS)
    assert refused.value.metadata == {"recording": str(pending("a").name)}
    assert await store.get(pending("b").name) is None
    with pytest.raises(RecordingExists):
        await store.create(pending("a"), LIVE_INTAKE, LEASE_SECONDS)


async def test_others_may_run_beside_a_call_recording(store: RecordingStore) -> None:
    """RECORD_ACTION ones, imports, and those of other calls and projects."""
    await store.create(pending("a"), LIVE_INTAKE, LEASE_SECONDS)
    action = replace(pending("b"), source=Source.RECORD_ACTION)
    await store.create(action, LIVE_INTAKE, LEASE_SECONDS)
    await store.create(pending("c"), INTAKE, LEASE_SECONDS)
    await store.create(pending("d", call="c2"), LIVE_INTAKE, LEASE_SECONDS)
    await store.create(pending("e", project="other"), LIVE_INTAKE, LEASE_SECONDS)


@pytest.mark.parametrize("how", ["closed", "ended", "deleted"])
async def test_a_call_may_be_recorded_again(store: RecordingStore, how: str) -> None:
    """Once the recording before takes no more audio."""
    lease = await store.create(pending("a"), LIVE_INTAKE, LEASE_SECONDS)
    closed = replace(LIVE_INTAKE.session, live=replace(LIVE, closed=Reason.COMPLETED))
    if how == "closed":
        await store.keep_session(lease, closed)
    elif how == "ended":
        await store.end(lease, success(), closed)
    else:
        await store.delete(pending("a").name)
    await store.create(pending("b"), LIVE_INTAKE, LEASE_SECONDS)
    with pytest.raises(CallBeingRecorded):
        await store.create(pending("c"), LIVE_INTAKE, LEASE_SECONDS)


async def test_files_can_be_rearranged(store: RecordingStore) -> None:
    """While the recording is as it was seen; its session and its webhook stay."""
    lease = await store.create(pending(), INTAKE, LEASE_SECONDS)
    ended = await store.end(lease, success(), SESSION)
    assert isinstance(ended.ending, Succeeded)
    moved = [
        replace(audio, head=b"", segments=(Segment("k/whole", 0, audio.size_bytes),))
        for audio in ended.ending.audio
    ]
    assert await store.rearrange(ended, moved)
    expected = replace(ended, ending=replace(ended.ending, audio=tuple(moved)))
    assert await store.session(pending().name) == (expected, SESSION)
    assert not await store.rearrange(ended, moved)
    await store.delete(pending().name)
    assert not await store.rearrange(expected, moved)


async def test_folders_lead_to_their_recordings(store: RecordingStore) -> None:
    """In whatever state; those of nobody lead nowhere."""
    await put(store, "a", "b", "c")
    found = await store.by_media_key(["demo-c1-a", "demo-c1-c", "demo-c1-x"])
    assert sorted(recording.name.recording for recording in found) == ["a", "c"]
    assert await store.by_media_key([]) == ()
