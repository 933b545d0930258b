"""The clock and its moves as messages."""

from collections import Counter

from voice_recordings.emulator.clock import EmulatorClock, Moved
from voice_recordings.rpc.messages import timestamp
from voicerecordings.emulator.v1 import clock_pb2

_MOST_TOLD = 1000


def clock_message(clock: EmulatorClock) -> clock_pb2.Clock:
    """The clock as it stands."""
    return clock_pb2.Clock(
        time=timestamp(clock.now()), frozen=clock.frozen, waiting_count=clock.waiting
    )


def moved_message(moved: Moved, clock: EmulatorClock) -> clock_pb2.ClockAdvanced:
    """What a move came to: the first happenings, and all of them counted."""
    counts = Counter(happening.kind for happening in moved.happenings)
    return clock_pb2.ClockAdvanced(
        clock=clock_message(clock),
        events=[
            clock_pb2.ClockAdvanced.Event(
                time=timestamp(happening.time), kind=happening.kind.name, subject=happening.subject
            )
            for happening in moved.happenings[:_MOST_TOLD]
        ],
        counts=[
            clock_pb2.ClockAdvanced.Count(kind=kind.name, count=count)
            for kind, count in counts.items()
        ],
        incomplete=moved.incomplete,
    )
