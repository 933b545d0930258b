"""What commands take: numbers that are numbers, and times as people write them."""

from datetime import UTC, datetime, timedelta

import click
import pytest
from click.testing import CliRunner

from voice_recordings.cli.parameters import Number, time

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-03-01T12:00:00Z", NOON),
        ("2026-03-01T13:00:00+01:00", NOON),
        ("2026-03-01T12:00:00.250Z", NOON + timedelta(milliseconds=250)),
        ("2026-03-01 12:00", NOON),
        ("2026-03-01", NOON - timedelta(hours=12)),
    ],
)
def test_a_time_is_taken_as_it_is_written(written: str, meant: datetime) -> None:
    """In UTC where it does not say."""
    taken = time(written)
    assert (taken, taken.tzinfo) == (meant, UTC)


@pytest.mark.parametrize(
    "written",
    ["", "yesterday", "12:00", "2026-13-01", "2026-03-01T25:00:00Z", "0001-01-01T00:00:00+14:00"],
)
def test_what_is_no_time_is_wrong_usage(written: str) -> None:
    """And how to write one is said."""
    with pytest.raises(click.BadParameter, match="2026-03-01T09:30:00Z"):
        time(written)


@pytest.mark.parametrize("written", ["nan", "-nan", "NaN", "x", "", "-1"])
def test_what_is_no_number_within_the_range_is_wrong_usage(written: str) -> None:
    """NaN is within no range."""

    @click.command
    @click.option("--seconds", type=Number(min=0))
    def command(seconds: float) -> None:
        click.echo(seconds)

    result = CliRunner().invoke(command, ["--seconds", written])
    assert result.exit_code == 2
    assert "--seconds" in result.output
    assert CliRunner().invoke(command, ["--seconds", "1.5"]).output == "1.5\n"
