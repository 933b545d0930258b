"""What the SQL stores ask of an engine.

Transactions are generators that yield statements and are sent rows, so that the
same ones run on a thread (SQLite) and on the event loop (PostgreSQL).
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from sqlalchemy import Dialect

T = TypeVar("T")

Row = tuple[Any, ...]
Parameters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL compiled for one engine's driver.

    `constants` are parameters that are always the same; `writes` tells whether
    it changes anything.
    """

    sql: str
    constants: Parameters
    writes: bool


Step = tuple[Statement, Parameters]
Transaction = Generator[Step, list[Row], T]


class Database(Protocol):
    """Runs statements. Raises `StoreUnavailable` when it cannot."""

    @property
    def dialect(self) -> Dialect:
        """What statements are compiled for."""
        ...

    def now(self) -> int | None:
        """The time of leases in microseconds; None to ask the database in the statement."""
        ...

    def several(self, values: Sequence[str]) -> Any:
        """A parameter of many values, as `Statements` compares them."""
        ...

    async def fetch(self, statement: Statement, parameters: Parameters) -> list[Row]:
        """Runs one statement, a transaction by itself."""
        ...

    async def transact(self, work: Callable[[bool], Transaction[T]]) -> T:
        """Runs a transaction; what it raises undoes it.

        It may be begun anew, on a conflict with another or when the connection
        breaks; `work` is told whether an earlier run may have been committed.
        """
        ...

    async def close(self) -> None:
        """Lets go of it."""
        ...
