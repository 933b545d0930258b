"""Who is told how far a transfer is."""

from collections.abc import Callable

# Is told how many bytes of how many have gone through; the total may be unknown.
Progress = Callable[[int, int | None], None]


def silent(done: int, total: int | None) -> None:
    """Tells nobody."""
