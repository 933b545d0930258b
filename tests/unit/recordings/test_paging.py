"""Pages."""

import pytest

from voice_recordings.errors import InvalidArgument
from voice_recordings.recordings.paging import page_size


@pytest.mark.parametrize(
    ("asked", "given"), [(0, 10), (1, 1), (10, 10), (100, 100), (101, 100), (10**6, 100)]
)
def test_a_page_holds_ten_unless_asked_and_never_more_than_a_hundred(
    asked: int, given: int
) -> None:
    """The default is 10, the maximum 100."""
    assert page_size(asked) == given


def test_a_negative_page_size_is_refused() -> None:
    """AIP-158: negative is an error."""
    with pytest.raises(InvalidArgument):
        page_size(-1)
