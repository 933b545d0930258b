"""Rows in memory, in order."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from support.recordings import NOW, SESSION, pending, success
from voice_recordings.recordings.names import Parent
from voice_recordings.recordings.paging import PageKey
from voice_recordings.storage.memory_rows import Order, Row

# Few of each, so that many meet: times a microsecond apart, equal ones, and equal names.
places = st.builds(
    PageKey,
    st.integers(0, 3).map(lambda number: NOW + timedelta(microseconds=number)),
    st.sampled_from("ab"),
    st.sampled_from("xyz"),
)


def row(place: PageKey) -> Row:
    """The row of a pending recording at this place."""
    made = pending(place.recording, call=place.call, create_time=place.create_time)
    return Row(made.name, made)


@given(
    kept=st.lists(places, unique=True),
    gone=st.sets(st.integers(0, 30)),
    before=st.none() | places,
    limit=st.integers(1, 10),
)
def test_a_page_is_what_sorting_gives(
    kept: list[PageKey], gone: set[int], before: PageKey | None, limit: int
) -> None:
    """Whatever the order of adding, and with some taken out again."""
    order = Order(Parent("demo", None))
    rows = [row(place) for place in kept]
    for each in rows:
        order.add(each)
    for index in gone & set(range(len(rows))):
        order.remove(rows[index])
    left = [place for index, place in enumerate(kept) if index not in gone]
    expected = sorted((p for p in left if before is None or p < before), reverse=True)[:limit]
    assert [each.place for each in order.page(limit, before)] == expected
    assert len(order) == len(left)


def test_an_ended_row_reads_as_it_was_kept() -> None:
    """Packed or not."""
    recording = pending()
    kept = Row(recording.name, recording)
    assert (kept.read(), kept.session()) == (recording, None)
    kept.end(recording.end(success()), SESSION)
    assert (kept.read(), kept.session()) == (recording.end(success()), SESSION)
    assert (kept.media_key, kept.place) == (recording.media_key, PageKey.of(recording))
