"""Many live calls at once at real time: what they cost, and how soon their audio is safe.

    python benchmarks/live_calls.py [--calls 150] [--seconds 60] [--s3] [SETTING=VALUE ...]

8 kHz stereo LINEAR16 in messages of 200 ms, kept in SQLite and files, or with
--s3 in SQLite and a SeaweedFS of its own. Beside it, in the same run, the
processor time that lameenc alone needs for the same audio, and what the callers
and SeaweedFS, which share the processors with the server, take of them.
"""

import argparse
import asyncio
import itertools
import random
import tempfile
import time
from typing import Any

import grpc
import lameenc
from measured import kept, processor_seconds, scratch

from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.speech import speak_call
from voicerecordings.recorder.v1 import recorder_pb2, recorder_pb2_grpc

STEREO = PcmFormat(8000, 2)
MESSAGE_SECONDS = 0.2
MESSAGE_BYTES = round(STEREO.sample_rate_hertz * MESSAGE_SECONDS) * STEREO.frame_bytes


def percentile(values: list[float], part: float) -> float:
    """The value that this part of them does not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


async def one_call(
    stub: Any, number: int, pcm: bytes, delay: float, latencies: list[float]
) -> tuple[str, int]:
    """Plays the audio at real time; how many bytes were committed at the end."""
    await asyncio.sleep(delay)
    made = await stub.CreateRecording(
        recorder_pb2.CreateRecordingRequest(
            parent=f"projects/bench/calls/c{number}",
            recording=recorder_pb2.NewRecording(
                format=recorder_pb2.AudioFormat(codec="LINEAR16", sample_rate=8000, channel_count=2)
            ),
        )
    )
    sent: list[tuple[int, float]] = []
    stream = stub.WriteAudio()
    await stream.write(recorder_pb2.WriteAudioRequest(name=made.name))
    committed = 0

    async def read() -> None:
        nonlocal committed
        waiting = 0
        async for answer in stream:
            committed = answer.committed_bytes
            now = time.perf_counter()
            while waiting < len(sent) and sent[waiting][0] <= committed:
                latencies.append(now - sent[waiting][1])
                waiting += 1

    reading = asyncio.create_task(read())
    begun = time.perf_counter()
    for position in range(0, len(pcm), MESSAGE_BYTES):
        audio = pcm[position : position + MESSAGE_BYTES]
        due = begun + (position + len(audio)) / MESSAGE_BYTES * MESSAGE_SECONDS
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        sent.append((position + len(audio), time.perf_counter()))
        await stream.write(recorder_pb2.WriteAudioRequest(offset=position, audio=audio))
    await stream.write(recorder_pb2.WriteAudioRequest(finish=True))
    await reading
    return made.name, committed


async def play(address: str, calls: list[bytes]) -> tuple[list[float], int]:
    """All calls, begun at random within a second; commit latencies, and bytes lost."""
    rng = random.Random(1)
    latencies: list[float] = []
    async with grpc.aio.insecure_channel(address) as channel:
        stub = recorder_pb2_grpc.RecorderStub(channel)
        done = await asyncio.gather(
            *(
                one_call(stub, number, pcm, rng.random(), latencies)
                for number, pcm in enumerate(calls)
            )
        )
    lost = sum(len(pcm) - committed for pcm, (_, committed) in zip(calls, done, strict=True))
    return latencies, lost


def lame_cpu_seconds(calls: list[bytes]) -> float:
    """What lameenc alone needs for the same audio."""
    before = time.process_time()
    for pcm in calls:
        encoder = lameenc.Encoder()
        encoder.set_channels(2)
        encoder.set_in_sample_rate(8000)
        encoder.set_bit_rate(64)
        encoder.set_quality(5)
        encoder.silence()
        encoder.encode(pcm)
        encoder.flush()
    return time.process_time() - before


def main() -> None:
    """Runs it and prints a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, default=150)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--s3", dest="where", action="store_const", const="s3", default="files")
    parser.add_argument("settings", nargs="*")
    asked = parser.parse_args()
    voices = [b"".join(speak_call(STEREO, asked.seconds, seed=seed)) for seed in range(8)]
    calls = list(itertools.islice(itertools.cycle(voices), asked.calls))
    with (
        tempfile.TemporaryDirectory(dir=scratch()) as folder,
        kept(asked.where, folder, asked.settings) as (served, store),
    ):
        served.figures()
        began, store_cpu = time.perf_counter(), processor_seconds(store) if store else 0.0
        callers_cpu = time.process_time()
        latencies, lost = asyncio.run(play(served.ready["grpc"], calls))
        callers_cpu = time.process_time() - callers_cpu
        time.sleep(1)
        figures = served.figures()
        took = time.perf_counter() - began
        store_cpu = processor_seconds(store) - store_cpu if store else 0.0
    hours = asked.calls * asked.seconds / 3600
    lame = lame_cpu_seconds(voices[: asked.calls]) / min(8, asked.calls) * asked.calls / hours
    cpu = figures["cpu_seconds"] / hours
    print(f"| {asked.calls} live calls, {asked.seconds:g} s at real time, {asked.where} | figure |")
    print("| --- | --- |")
    print(f"| bytes lost | {lost} |")
    print(f"| commit latency p50 | {1000 * percentile(latencies, 0.5):.0f} ms |")
    print(f"| commit latency p99 | {1000 * percentile(latencies, 0.99):.0f} ms |")
    print(f"| loop lag p99 | {1000 * figures['lag_p99_seconds']:.1f} ms |")
    print(f"| peak resident memory | {figures['resident_bytes'] / 2**20:.0f} MiB |")
    print(f"| processor time of a call-hour | {cpu:.2f} s |")
    print(f"| lameenc alone | {lame:.2f} s |")
    print(f"| ratio | {cpu / lame:.2f} |")
    print(f"| live calls a core | {3600 / cpu:.0f} |")
    print(f"| cores taken by the server | {figures['cpu_seconds'] / took:.2f} |")
    print(f"| cores taken by the callers | {callers_cpu / took:.2f} |")
    if store_cpu:
        print(f"| cores taken by SeaweedFS | {store_cpu / took:.2f} |")


if __name__ == "__main__":
    main()
