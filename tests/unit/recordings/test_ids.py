"""Ids the service makes."""

import os
import uuid
from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from voice_recordings.recordings.ids import uuid7

TIMES = st.datetimes(
    datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)  # noqa: DTZ001 - bounds are naive
)  # fmt: skip


@given(now=TIMES, random=st.binary(min_size=10, max_size=10))
def test_an_id_is_a_uuid_of_version_seven(now: datetime, random: bytes) -> None:
    """RFC 9562 §5.7: version and variant are where they belong."""
    made = uuid.UUID(uuid7(now, lambda _: random))
    assert (made.version, made.variant) == (7, uuid.RFC_4122)


# A float of its seconds would round it up, and the one before it too.
@example(now=datetime(5046, 1, 4, 5, 55, 41, 66993, tzinfo=UTC))
@given(now=TIMES)
def test_ids_sort_by_the_millisecond_they_were_made(now: datetime) -> None:
    """A later id sorts after an earlier one."""
    assert uuid7(now - timedelta(milliseconds=1), os.urandom) < uuid7(now, os.urandom)
