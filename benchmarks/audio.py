"""What an import costs beside ffmpeg doing the same work; memory; two at once.

    python benchmarks/audio.py

Speech at 8 kHz in stereo, TRIM_SILENCE, over REST into WAV and MP3, with files
as media. ffmpeg, the peer, must be installed. CPU is that of the server and its
children, or of ffmpeg; of several runs, taken in turn, the least counts, since
a busy machine only adds. Everything goes into a temporary folder.
"""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.frames import FrameMeter
from voice_recordings.audio.lame import start_lame
from voice_recordings.audio.levels import LevelMeter
from voice_recordings.audio.mp3_frame import Mp3Format
from voice_recordings.audio.silence import SilenceGate, Thresholds
from voice_recordings.audio.speech import speak_call
from voice_recordings.audio.wav import HEADER_BYTES, wav_header
from voice_recordings.audio.waveform import WaveformMeter

AUDIO = PcmFormat(8000, 2)
ROUNDS = 3
TURNS = 6
PIECE_BYTES = 128 * 1024
# As curl sends files.
SENT_BYTES = 64 * 1024
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
SILENCE = "silenceremove=start_periods=1:start_threshold=-50dB:detection=rms"
FILTER = f"[0:a]{SILENCE},areverse,{SILENCE},areverse,asplit=2[wav][mp3]"


@dataclass
class Server:
    """A server in a process of its own."""

    pid: int
    address: str

    def cpu_seconds(self) -> float:
        """What it and the children it has waited for have used so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / TICKS_PER_SECOND

    def peak_mebibytes(self) -> float:
        """The most memory it has had at once."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
        raise LookupError("VmHWM")

    def call(self, method: str, path: str, file: Path | None = None) -> dict[str, object]:
        """One request; the file is its body."""
        connection = http.client.HTTPConnection(self.address, timeout=600, blocksize=SENT_BYTES)
        if file is None:
            connection.request(method, path)
        else:
            size = str(file.stat().st_size)
            with file.open("rb") as body:
                headers = {"Content-Type": "audio/wav", "Content-Length": size}
                connection.request(method, path, body, headers)
        response = connection.getresponse()
        answer: dict[str, object] = json.loads(response.read())
        assert response.status == 200, answer
        return answer

    def take(self, file: Path, call: str, *, poll_seconds: float = 0.05) -> None:
        """Imports a file and waits until its recording has ended; asking costs the server too."""
        path = f"/v1/projects/demo/calls/{call}/recordings:import?postProcessing=TRIM_SILENCE"
        name = self.call("POST", path, file)["name"]
        while (state := self.call("GET", f"/v1beta1/{name}")["state"]) == "PENDING":
            time.sleep(poll_seconds)
        assert state == "SUCCEEDED", state


@contextmanager
def serving(folder: Path, *, in_memory: bool = False) -> Iterator[Server]:
    """A server, on files unless told otherwise, that has already done everything once."""
    with tempfile.TemporaryDirectory(dir=folder) as data:
        addresses = ["--grpc-address", "127.0.0.1:0", "--http-address", "127.0.0.1:0"]
        command = [sys.executable, "-m", "voice_recordings", "serve", *addresses]
        kept = [] if in_memory else ["--data-dir", data]
        process = subprocess.Popen([*command, *kept], stdout=subprocess.PIPE)
        try:
            assert process.stdout is not None
            ready = json.loads(process.stdout.readline())
            server = Server(process.pid, ready["http"].removeprefix("http://"))
            server.take(speech(folder, 10), "warm-up")
            yield server
        finally:
            process.terminate()
            process.wait()


def speech(folder: Path, seconds: int) -> Path:
    """A WAV of so much speech; ten minutes are made and, beyond that, repeated."""
    path = folder / f"{seconds}.wav"
    if not path.exists():
        made = b"".join(speak_call(AUDIO, min(seconds, 600), seed=1))
        times = max(seconds // 600, 1)
        with path.open("wb") as file:
            file.write(wav_header(AUDIO, len(made) * times))
            for _ in range(times):
                file.write(made)
    return path


def pieces(file: Path) -> Iterator[bytes]:
    """The samples of a WAV of ours."""
    with file.open("rb") as opened:
        opened.seek(HEADER_BYTES)
        while piece := opened.read(PIECE_BYTES):
            yield piece


def ours(folder: Path, file: Path, *, in_memory: bool = False) -> tuple[float, float]:
    """CPU and wall-clock seconds of an import."""
    with serving(folder, in_memory=in_memory) as server:
        before, began = server.cpu_seconds(), time.monotonic()
        server.take(file, "c1", poll_seconds=0.5)
        return server.cpu_seconds() - before, time.monotonic() - began


def ffmpeg(folder: Path, file: Path, *, joint_stereo: bool = True) -> tuple[float, float]:
    """CPU and wall-clock seconds of the same work; joint stereo is its default."""
    command = [
        "ffmpeg", "-v", "error", "-y", "-i", str(file), "-filter_complex", FILTER,
        "-map", "[wav]", "-c:a", "pcm_s16le", str(folder / "peer.wav"),
        "-map", "[mp3]", "-c:a", "libmp3lame", "-b:a", "64k", "-compression_level", "5",
        "-joint_stereo", str(int(joint_stereo)), str(folder / "peer.mp3"),
    ]  # fmt: skip
    began = time.monotonic()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0
    return usage.ru_utime + usage.ru_stime, time.monotonic() - began


def lame(file: Path) -> float:
    """CPU seconds of LAME alone, as we use it, on all of the samples."""
    encoder = start_lame(Mp3Format.of(AUDIO))
    began = time.process_time()
    for piece in pieces(file):
        encoder.encode(piece)
    encoder.flush()
    return time.process_time() - began


def measuring(file: Path) -> float:
    """CPU seconds of everything else we compute on samples: levels, silence, waveform."""
    frames, levels = FrameMeter(AUDIO), LevelMeter(AUDIO)
    gate, waveform = SilenceGate(AUDIO, Thresholds(), trim=True), WaveformMeter(AUDIO)
    began = time.process_time()
    for piece in pieces(file):
        stats = frames.feed(piece)
        levels.take(stats)
        gate.take(stats)
        waveform.feed(piece)
    return time.process_time() - began


def cost(folder: Path) -> None:
    """One hour in turns of ten minutes, ours and ffmpeg's, and where ours goes.

    What else the machine does then meets all of them. ffmpeg is started for every
    turn, and that is counted once, as for one hour.
    """
    file = speech(folder, 600)
    mine = peer = apart = lame_seconds = measured = 0.0
    starting = min(ffmpeg(folder, speech(folder, 1))[0] for _ in range(TURNS))
    with serving(folder) as server:
        for turn in range(TURNS):
            before = server.cpu_seconds()
            server.take(file, f"c{turn}", poll_seconds=0.5)
            mine += server.cpu_seconds() - before
            peer += ffmpeg(folder, file)[0]
            apart += ffmpeg(folder, file, joint_stereo=False)[0]
            lame_seconds += lame(file)
            measured += measuring(file)
    peer -= (TURNS - 1) * starting
    apart -= (TURNS - 1) * starting
    rest = mine - lame_seconds - measured
    print("| one hour of 8 kHz stereo speech, trimmed, into WAV + MP3 | CPU |")
    print("|---|---|")
    print(f"| voice-recordings, over REST | {mine:.2f} s |")
    print(f"| ffmpeg, file to files | {peer:.2f} s |")
    print(f"| ratio (target ≤ 0.90) | **{mine / peer:.2f}** |")
    print(
        f"| ffmpeg with both legs kept apart, as ours; ratio | {apart:.2f} s; {mine / apart:.2f} |"
    )
    print(f"| of ours: LAME | {lame_seconds:.2f} s ({lame_seconds / mine:.0%}) |")
    print(f"| of ours: levels, silence, waveform | {measured:.2f} s |")
    print(f"| of ours: HTTP, gateway, digest, spool, hand-overs | {rest:.2f} s |")


def files(folder: Path) -> None:
    """One hour, into files and into memory."""
    file = speech(folder, 3600)
    kept, gone = [], []
    for _ in range(ROUNDS):
        kept.append(ours(folder, file))
        gone.append(ours(folder, file, in_memory=True))
    (cpu, wall), (memory_cpu, memory_wall) = min(kept), min(gone)
    print("\n| one hour, kept in | CPU | elapsed |")
    print("|---|---|---|")
    print(f"| files and SQLite | {cpu:.2f} s | {wall:.1f} s |")
    print(f"| memory | {memory_cpu:.2f} s | {memory_wall:.1f} s |")
    print(f"| ratio (target ≤ 1.30) | {cpu / memory_cpu:.2f} | {wall / memory_wall:.2f} |")


def memory(folder: Path) -> None:
    """The most memory an import takes, short and long."""
    print("\n| peak memory of the server, files as media (target ≤ 150 MiB) | |")
    print("|---|---|")
    for name, seconds in (("10 minutes", 600), ("4 hours", 4 * 3600)):
        with serving(folder) as server:
            server.take(speech(folder, seconds), "c1")
            print(f"| {name} | {server.peak_mebibytes():.0f} MiB |")


def two_at_once(folder: Path) -> None:
    """Throughput of two imports at once against one."""
    file = speech(folder, 600)
    alone, together = [], []
    for _ in range(ROUNDS):
        with serving(folder) as server:
            began = time.monotonic()
            server.take(file, "c1")
            alone.append(time.monotonic() - began)
            threads = [
                threading.Thread(target=server.take, args=(file, f"c{number}")) for number in (2, 3)
            ]
            began = time.monotonic()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            together.append(time.monotonic() - began)
    print("\n| imports of ten minutes | audio a second |")
    print("|---|---|")
    print(f"| one | {600 / min(alone):.0f} s |")
    print(f"| two at once, on {os.cpu_count()} cores | {1200 / min(together):.0f} s |")
    print(f"| ratio (target ≥ 1.70) | **{2 * min(alone) / min(together):.2f}** |")


def main() -> None:
    """Prints the tables."""
    parts = {"cost": cost, "files": files, "memory": memory, "two": two_at_once}
    with tempfile.TemporaryDirectory() as folder:
        for name in sys.argv[1:] or parts:
            parts[name](Path(folder))


if __name__ == "__main__":
    main()
