"""How soon a live call is ready once it ends; beside it, ffmpeg given the raw file then.

    python benchmarks/hang_up.py [--times 20] [--only memory|files|ffmpeg]

8 kHz stereo. The call is streamed in as fast as the server takes it, which is
given time to catch up; its last two seconds come at real time, and then the
clock runs from the last message to SUCCEEDED.
"""

import argparse
import asyncio
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import grpc
from live_calls import MESSAGE_BYTES, MESSAGE_SECONDS, STEREO, percentile
from measured import Served, scratch

from enfonica.voice.v1beta1 import recordings_pb2, recordings_pb2_grpc
from voice_recordings.audio.speech import speak_call
from voicerecordings.recorder.v1 import recorder_pb2, recorder_pb2_grpc

LENGTHS = {"one minute": 60, "one hour": 3600}
BLOCK_SECONDS = 60
PIECE_BYTES = 256 * 1024
LAST_BYTES = 10 * MESSAGE_BYTES
POLL_SECONDS = 0.002
# What an idle server and its probe use in a second.
IDLE_SECONDS = 0.03


async def hang_up(address: str, served: Served, pcm: bytes, number: int) -> float:
    """One call; the seconds from its last message to SUCCEEDED."""
    async with grpc.aio.insecure_channel(address) as channel:
        recorder: Any = recorder_pb2_grpc.RecorderStub(channel)
        recordings: Any = recordings_pb2_grpc.RecordingsStub(channel)
        made = await recorder.CreateRecording(
            recorder_pb2.CreateRecordingRequest(
                parent=f"projects/bench/calls/c{number}",
                recording=recorder_pb2.NewRecording(
                    format=recorder_pb2.AudioFormat(
                        codec="LINEAR16", sample_rate=8000, channel_count=2
                    )
                ),
            )
        )
        stream = recorder.WriteAudio()
        await stream.write(recorder_pb2.WriteAudioRequest(name=made.name))
        early = len(pcm) - LAST_BYTES
        for start in range(0, early, PIECE_BYTES):
            audio = pcm[start : min(start + PIECE_BYTES, early)]
            await stream.write(recorder_pb2.WriteAudioRequest(offset=start, audio=audio))
        async for answer in stream:
            if answer.committed_bytes == early:
                break
        await until_idle(served)
        for start in range(early, len(pcm), MESSAGE_BYTES):
            await asyncio.sleep(MESSAGE_SECONDS)
            last = start + MESSAGE_BYTES >= len(pcm)
            hung_up = time.perf_counter()
            await stream.write(
                recorder_pb2.WriteAudioRequest(
                    offset=start, audio=pcm[start : start + MESSAGE_BYTES], finish=last
                )
            )
        while True:
            recording = await recordings.GetRecording(
                recordings_pb2.GetRecordingRequest(name=made.name)
            )
            if recording.state != recordings_pb2.Recording.PENDING:
                took = time.perf_counter() - hung_up
                break
            await asyncio.sleep(POLL_SECONDS)
        assert recording.state == recordings_pb2.Recording.SUCCEEDED
        await recordings.DeleteRecording(recordings_pb2.DeleteRecordingRequest(name=made.name))
        return took


async def until_idle(served: Served) -> None:
    """Waits until the server has processed what came in."""
    quiet = 0
    served.figures()
    while quiet < 3:
        await asyncio.sleep(1)
        quiet = quiet + 1 if served.figures()["cpu_seconds"] < IDLE_SECONDS else 0


def ffmpeg(pcm: bytes, folder: Path) -> float:
    """The seconds ffmpeg needs to make both files of raw samples."""
    raw = folder / "raw"
    raw.write_bytes(pcm)
    before = time.perf_counter()
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-f", "s16le", "-ar", "8000", "-ac", "2", "-i", str(raw),
         "-c:a", "pcm_s16le", str(folder / "out.wav"),
         "-c:a", "libmp3lame", "-b:a", "64k", "-compression_level", "5", str(folder / "out.mp3")],
        check=True,
    )  # fmt: skip
    return time.perf_counter() - before


def main() -> None:
    """Runs it and prints a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--only", choices=("memory", "files", "ffmpeg"))
    asked = parser.parse_args()
    times = asked.times
    block = b"".join(speak_call(STEREO, BLOCK_SECONDS))
    print("| hang-up to SUCCEEDED | p50 | p95 |")
    print("| --- | --- | --- |")
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        for where, settings in (("memory", ()), ("files", (f"data_dir={folder}/data",))):
            if asked.only not in (None, where):
                continue
            served = Served("producer_seconds=3600", *settings)
            for length, seconds in LENGTHS.items():
                pcm = block * (seconds // BLOCK_SECONDS)
                took = [
                    asyncio.run(hang_up(served.ready["grpc"], served, pcm, number))
                    for number in range(times)
                ]
                p50, p95 = (1000 * percentile(took, part) for part in (0.5, 0.95))
                print(f"| {length}, in {where} | {p50:.0f} ms | {p95:.0f} ms |", flush=True)
            served.stop()
        if asked.only in (None, "ffmpeg") and shutil.which("ffmpeg"):
            for length, seconds in LENGTHS.items():
                took = [ffmpeg(block * (seconds // BLOCK_SECONDS), Path(folder)) for _ in range(3)]
                print(f"| {length}, ffmpeg afterwards | {1000 * sorted(took)[1]:.0f} ms | |")


if __name__ == "__main__":
    main()
