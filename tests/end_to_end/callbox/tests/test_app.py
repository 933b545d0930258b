"""callbox, tested against a real service."""

from datetime import timedelta

import pytest
from callbox.box import Box, LinkExpiredError, download
from callbox.inbox import Inbox


@pytest.fixture
def box(voice_recordings_project):
    """The app, pointed at the test's own project."""
    box = Box(voice_recordings_project.name)
    yield box
    box.close()


@pytest.fixture
def inbox(voice_recordings_project):
    """The app's webhook receiver."""
    inbox = Inbox(voice_recordings_project.webhook_key)
    yield inbox
    inbox.close()


def test_it_lists_recordings(box, voice_recordings_project):
    made = [voice_recordings_project.simulate(sound="TONE").name for _ in range(5)]
    assert box.names() == made[::-1]
    assert voice_recordings_project.requests.count("ListRecordings") == 3


def test_it_handles_the_webhook(inbox, voice_recordings_project):
    made = voice_recordings_project.simulate(ready_uri=inbox.url)
    (attempt,) = voice_recordings_project.webhooks.wait(made.name)
    assert attempt.status == 204
    assert inbox.heard == {made.name: "SUCCEEDED"}
    voice_recordings_project.webhooks.redeliver(made.name)
    assert inbox.heard == {made.name: "SUCCEEDED"}
    assert inbox.refused == 0


def test_it_hears_of_a_recording_in_the_end(inbox, voice_recordings_project):
    inbox.failing = 4
    voice_recordings_project.clock.freeze()
    made = voice_recordings_project.simulate(
        ready_uri=inbox.url, outcome="EMPTY", end_after=timedelta(minutes=5)
    )
    voice_recordings_project.clock.advance(minutes=5, seconds=14)
    assert inbox.heard == {}
    voice_recordings_project.clock.advance(seconds=1)
    assert inbox.heard == {made.name: "EMPTY"}
    attempts = voice_recordings_project.webhooks.list(made.name)
    assert [attempt.status for attempt in attempts] == [503, 503, 503, 503, 204]


def test_it_survives_two_unavailables(box, voice_recordings_project):
    made = voice_recordings_project.simulate()
    fault = voice_recordings_project.faults.fail("ListRecordings", "UNAVAILABLE", times=2)
    assert box.names() == [made.name]
    assert (fault.fired, fault.matched) == (2, 3)
    voice_recordings_project.faults.check_all_fired()
    tries = voice_recordings_project.requests.list("ListRecordings")
    assert [each.attempt for each in tries] == [1, 2, 3]
    assert all(0 < each.deadline.ToTimedelta().total_seconds() < 61 for each in tries)
    assert all(each.since_last_try.nanos > 0 for each in tries[1:])


def test_it_survives_a_cut_download(box, voice_recordings_project):
    made = voice_recordings_project.simulate(duration=timedelta(seconds=5))
    whole = download(box.link(made.name))
    assert len(whole) == made.audio[0].size_bytes
    fault = voice_recordings_project.faults.cut("Download", 50_000, times=2)
    assert download(box.link(made.name)) == whole
    assert (fault.fired, fault.matched) == (2, 3)


def test_it_sees_a_link_expire(box, voice_recordings_project):
    made = voice_recordings_project.simulate()
    link = box.link(made.name)
    voice_recordings_project.clock.advance(minutes=59)
    assert download(link)
    moved = voice_recordings_project.clock.advance(minutes=1)
    assert moved.Event.LINK_EXPIRED in {event.kind for event in moved.events}
    with pytest.raises(LinkExpiredError):
        download(link)
    assert download(box.link(made.name))
