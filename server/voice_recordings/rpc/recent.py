"""What was made lately, kept in case it is asked for again."""

from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """Values by key, no more than so many.

    When half of what may be kept is new, what was not asked for since is forgotten:
    cheaper than an order of everything by when it was last asked for.
    """

    def __init__(self, most: int) -> None:
        """Takes how many are kept at most."""
        self._half = max(1, most // 2)
        self.new: dict[str, T] = {}
        """Those asked for since the last time something was forgotten."""
        self._old: dict[str, T] = {}

    def find(self, key: str) -> T | None:
        """A value that is kept still, which is new again."""
        value = self.new.get(key)
        if value is None:
            value = self._old.get(key)
            if value is not None:
                self.keep(key, value)
        return value

    def keep(self, key: str, value: T) -> None:
        """Keeps a value, and forgets others in time."""
        self.new[key] = value
        if len(self.new) >= self._half:
            self._old, self.new = self.new, {}
