"""The emulator's clock, as tests hold it."""

from datetime import UTC, datetime, timedelta

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from voice_recordings.testing.connection import Connection, span_of
from voicerecordings.emulator.v1 import clock_pb2


class Clock:
    """All time of the server comes from it; one for all its projects."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def now(self) -> datetime:
        """Its time, in UTC."""
        clock = self._connection.ask("GetClock", clock_pb2.GetClockRequest())
        return _time(clock)

    @property
    def frozen(self) -> bool:
        """Whether it stands still."""
        clock = self._connection.ask("GetClock", clock_pb2.GetClockRequest())
        return bool(clock.frozen)

    def freeze(self) -> datetime:
        """Stops it, and gives its time."""
        return _time(self._connection.ask("FreezeClock", clock_pb2.FreezeClockRequest()))

    def resume(self, *, rewind: bool = False) -> datetime:
        """Lets it run from where it stands, and gives its time.

        With `rewind` from the machine's time: `ServiceError`
        FAILED_PRECONDITION while there are recordings from a later one.
        """
        request = clock_pb2.ResumeClockRequest(rewind=rewind)
        return _time(self._connection.ask("ResumeClock", request))

    def set(self, time: datetime) -> clock_pb2.ClockAdvanced:
        """Moves it on to a time and stops it; says what ran on the way."""
        moment = Timestamp()
        moment.FromDatetime(time)
        request = clock_pb2.SetClockRequest(time=moment)
        moved: clock_pb2.ClockAdvanced = self._connection.ask("SetClock", request)
        return moved

    def advance(self, span: timedelta | None = None, **parts: float) -> clock_pb2.ClockAdvanced:
        """Moves it on by a span, `advance(hours=1)`, and stops it; says what ran on the way."""
        duration = Duration()
        duration.FromTimedelta(span_of(span, parts))
        request = clock_pb2.AdvanceClockRequest(duration=duration)
        moved: clock_pb2.ClockAdvanced = self._connection.ask("AdvanceClock", request)
        return moved


def _time(clock: clock_pb2.Clock) -> datetime:
    return clock.time.ToDatetime(tzinfo=UTC)
