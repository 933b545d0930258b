"""How long a refusal takes tells nothing of what is behind it."""

import bisect
import random
import time
from collections.abc import Sequence
from pathlib import Path

import grpc
import pytest

from enfonica.voice.v1beta1 import recordings_pb2, recordings_pb2_grpc
from support.accounts import OTHER
from support.guarded import guarded

_CALLS = 4000
# Of 4,000 pairs drawn from one distribution the share strays from a half by
# 0.0065 (one standard deviation); this is more than four of them.
_STRAY = 0.03

NAMES = {
    "another's recording": "projects/globex/calls/c1/recordings/r1",
    "another's, that is not there": "projects/globex/calls/c1/recordings/r2",
    "a project that is not there": "projects/absent/calls/c1/recordings/r1",
    "one's own": "projects/acme/calls/c1/recordings/r1",
}


def share_above(first: Sequence[float], second: Sequence[float]) -> float:
    """How often a time of the first takes longer than one of the second (Mann-Whitney)."""
    ordered = sorted(second)
    below = sum(bisect.bisect_left(ordered, each) for each in first)
    up_to = sum(bisect.bisect_right(ordered, each) for each in first)
    return (below + up_to) / 2 / (len(first) * len(second))


@pytest.mark.chaos
def test_refusals_are_not_told_apart_by_time(tmp_path: Path) -> None:
    """Asked in random order; an answer that does differ is seen to, so the measure measures."""
    with guarded(tmp_path) as server:
        server.record("projects/acme/calls/c1", "r1")
        server.record("projects/globex/calls/c1", "r1", OTHER)
        metadata = (("authorization", server.header()),)
        times: dict[str, list[float]] = {kind: [] for kind in NAMES}
        order = [kind for kind in NAMES for _ in range(_CALLS)]
        random.Random(7).shuffle(order)
        with grpc.insecure_channel(server.running.grpc_address) as channel:
            get = recordings_pb2_grpc.RecordingsStub(channel).GetRecording
            for kind in order:
                request = recordings_pb2.GetRecordingRequest(name=NAMES[kind])
                start = time.perf_counter()
                get.future(request, metadata=metadata).code()
                times[kind].append(time.perf_counter() - start)
    own, *strangers = (times[kind] for kind in reversed(NAMES))
    for other in strangers:
        share = share_above(strangers[0], other)
        print(f"share above: {share:.4f}")  # noqa: T201 - the figure
        assert abs(share - 0.5) <= _STRAY
    assert abs(share_above(own, strangers[0]) - 0.5) > _STRAY
