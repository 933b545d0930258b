"""What the emulator costs a test suite; beside each figure, what it stands for.

    python benchmarks/emulator.py [--external]

Each figure is the best of several runs: what the program needs, not what else
the machine does. With --external the suite of tests/end_to_end/callbox runs
too, in an environment of its own.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from voice_recordings.client import NO_RETRY, RecordingsClient, Unavailable
from voice_recordings.testing import Emulator

ROOT = Path(__file__).parents[1]
SERVE = [sys.executable, "-m", "voice_recordings", "serve", "--emulator",
         "--grpc-address", "127.0.0.1:0", "--http-address", "127.0.0.1:0"]  # fmt: skip
# An installed package has its bytecode; the first start here writes it.
COMPILED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
RECORDINGS, EVENTS, PROJECTS = 1000, 1000, 100


def row(what: str, figure: str, limit: str, beside: str = "") -> None:
    """One line of the table."""
    print(f"{what:<44} {figure:>22}   {limit:<12} {beside}", flush=True)


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def children_seconds() -> float:
    """Processor time of the processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cold_start() -> tuple[float, float, float]:
    """Seconds from nothing to ready, of the clock and of the processor, and MiB then."""
    before = children_seconds()
    start = time.perf_counter()
    quiet = subprocess.DEVNULL
    with subprocess.Popen(SERVE, stdout=subprocess.PIPE, stderr=quiet, env=COMPILED) as process:
        assert process.stdout is not None
        json.loads(process.stdout.readline())
        ready = time.perf_counter() - start
        pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
        process.kill()
        process.wait()
    return ready, children_seconds() - before, pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def plugin_import() -> float:
    """Seconds that pytest spends on the plugin in a suite that does not use it."""
    code = (
        "import time, pytest; start = time.perf_counter()\n"
        "import voice_recordings.testing.plugin; print(time.perf_counter() - start)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, env=COMPILED
    )
    return float(ran.stdout)


def floor_import() -> float:
    """Processor seconds of what no gRPC and HTTP server in Python can do without."""
    before = children_seconds()
    code = "import asyncio, grpc.aio, uvicorn, google.protobuf.json_format"
    subprocess.run([sys.executable, "-c", code], check=True, env=COMPILED)
    return children_seconds() - before


def reset(emulator: Emulator) -> float:
    """Seconds to forget 1,000 recordings."""
    for number in range(RECORDINGS):
        emulator.simulate(f"projects/demo/calls/c{number % 10}", sound="TONE")
    return seconds(emulator.reset)


def day(emulator: Emulator) -> float:
    """Seconds that a day with 1,000 events takes."""
    emulator.clock.freeze()
    for number in range(EVENTS):
        after = timedelta(seconds=number * 86_000 / EVENTS)
        emulator.simulate("projects/demo/calls/c1", sound="TONE", end_after=after)
    start = time.perf_counter()
    moved = emulator.clock.advance(days=1)
    took = time.perf_counter() - start
    ended = [count.count for count in moved.counts if count.kind == moved.Event.SIMULATION_ENDED]
    assert ended == [EVENTS]
    emulator.reset()
    return took


def projects(emulator: Emulator) -> tuple[float, int]:
    """Seconds for 100 projects used at once, and how often one saw another."""
    client = RecordingsClient(emulator.grpc_target, retry=NO_RETRY)

    def use(number: int) -> int:
        project = emulator.new_project()
        made = project.simulate(recording_id="same", sound="TONE")
        fault = project.faults.fail("GetRecording", "UNAVAILABLE", times=1 + number % 2)
        failed = 0
        for _ in range(3):
            try:
                client.get(made.name)
            except Unavailable:
                failed += 1
        listed = [each.name for each in client.list(project.name)]
        right = (
            listed == [made.name]
            and failed == fault.fired == 1 + number % 2
            and project.requests.count("GetRecording") == fault.matched == 3
            and project.reset() == 1
        )
        return not right

    start = time.perf_counter()
    with ThreadPoolExecutor(PROJECTS) as pool:
        wrong = sum(pool.map(use, range(PROJECTS)))
    took = time.perf_counter() - start
    client.close()
    return took, wrong


def external(folder: Path) -> tuple[float, float]:
    """Seconds that the suite of a project of its own takes, of the clock and the processor."""
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "env", with_pip=True)
    python = folder / "env" / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "-q", "-c", ROOT / "constraints.txt", wheel,
         "pytest", "pytest-xdist"],
        check=True,
    )  # fmt: skip
    suite = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    took = []
    for _ in range(3):
        before = children_seconds()
        start = time.perf_counter()
        where = ROOT / "tests/end_to_end/callbox"
        subprocess.run(suite, check=True, capture_output=True, cwd=where, env=COMPILED)
        took.append((time.perf_counter() - start, children_seconds() - before))
    return min(took)


def main() -> None:
    """Prints the table."""
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    starts = [cold_start() for _ in range(10)]
    ready, processor = min(each[0] for each in starts), min(each[1] for each in starts)
    floor = min(floor_import() for _ in range(5))
    row(
        "cold start to ready",
        f"{ready * 1000:.0f} ms",
        "<= 400 ms",
        f"{processor * 1000:.0f} ms of processor; grpc and uvicorn alone {floor * 1000:.0f} ms",
    )
    row("memory when ready", f"{min(each[2] for each in starts):.0f} MiB", "<= 75 MiB")
    plugin = min(plugin_import() for _ in range(10))
    row("the plugin in a suite that does not use it", f"{plugin * 1000:.1f} ms", "<= 50 ms")
    with Emulator.start() as emulator:
        emulator.simulate("projects/demo/calls/c1", sound="TONE")
        figure = min(reset(emulator) for _ in range(5))
        row(f"reset with {RECORDINGS} recordings", f"{figure * 1000:.1f} ms", "<= 10 ms")
        figure = min(day(emulator) for _ in range(3))
        row(f"a day with {EVENTS} events", f"{figure * 1000:.0f} ms", "<= 1 s")
        took, wrong = projects(emulator)
        row(
            f"{PROJECTS} projects at once",
            f"{wrong} saw another",
            "0",
            f"{took:.2f} s, each with 9 calls or more",
        )
    if "--external" in sys.argv:
        with tempfile.TemporaryDirectory() as folder:
            took, processor = external(Path(folder))
        row("the suite of a project of its own", f"{took:.2f} s", "<= 5 s", f"{processor:.2f} s")


if __name__ == "__main__":
    main()
