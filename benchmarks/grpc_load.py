"""Calls Recordings over gRPC as fast as it is answered, and prints what came of it as JSON.

    python benchmarks/grpc_load.py TARGET NAMED_BY get|list CALL CONCURRENCY SECONDS

Gets go through every recording of the call in turn, as the server at NAMED_BY
lists them. A process of its own.
"""

import asyncio
import itertools
import json
import sys
import time
from typing import Any

import grpc
import uvloop

from enfonica.voice.v1beta1 import recordings_pb2, recordings_pb2_grpc

MOST = 10_000


async def names_of(target: str, call: str) -> list[str]:
    """The names of all recordings of a call."""
    names: list[str] = []
    token = ""
    async with grpc.aio.insecure_channel(target) as channel:
        stub: Any = recordings_pb2_grpc.RecordingsStub(channel)
        while True:
            page = await stub.ListRecordings(
                recordings_pb2.ListRecordingsRequest(parent=call, page_size=100, page_token=token)
            )
            names += [recording.name for recording in page.recordings]
            token = page.next_page_token
            if not token or len(names) >= MOST:
                return names


async def load(
    target: str, named_by: str, *, kind: str, call: str, concurrency: int, seconds: float
) -> None:
    """Warms up for a tenth of the time, then measures."""
    latencies: list[float] = []
    turns = itertools.cycle(await names_of(named_by, call))
    async with grpc.aio.insecure_channel(target) as channel:
        stub: Any = recordings_pb2_grpc.RecordingsStub(channel)
        listing = recordings_pb2.ListRecordingsRequest(parent=call, page_size=100)
        stopping = False

        async def work() -> None:
            while not stopping:
                began = time.perf_counter()
                if kind == "list":
                    await stub.ListRecordings(listing)
                else:
                    await stub.GetRecording(recordings_pb2.GetRecordingRequest(name=next(turns)))
                latencies.append(time.perf_counter() - began)

        workers = [asyncio.ensure_future(work()) for _ in range(concurrency)]
        await asyncio.sleep(seconds / 10)
        latencies.clear()
        began = time.perf_counter()
        await asyncio.sleep(seconds)
        took = time.perf_counter() - began
        measured = sorted(latencies)
        stopping = True
        await asyncio.gather(*workers)
    print(
        json.dumps(
            {
                "per_second": len(measured) / took,
                "p50_ms": measured[len(measured) // 2] * 1000,
                "p99_ms": measured[len(measured) * 99 // 100] * 1000,
            }
        )
    )


if __name__ == "__main__":
    target, named_by, kind, call, concurrency, seconds = sys.argv[1:]
    uvloop.run(
        load(
            target,
            named_by,
            kind=kind,
            call=call,
            concurrency=int(concurrency),
            seconds=float(seconds),
        )
    )
