"""What commands take on the command line, and click has no type for."""

import math
from datetime import UTC, datetime
from typing import Any

import click


class Number(click.FloatRange):
    """A number within a range; NaN, which is within every range to click, is none."""

    name = "number"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The number. Fails with wrong usage."""
        number: float = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number


def time(written: str) -> datetime:
    """A point in time as ISO 8601 writes it, in UTC unless it says otherwise; given in UTC.

    Raises `click.BadParameter`.
    """
    try:
        meant = datetime.fromisoformat(written)
        return (meant if meant.tzinfo else meant.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise click.BadParameter(
            f"{written!r} is not a time; write it as 2026-03-01T09:30:00Z or …T10:30:00+01:00."
        ) from error
