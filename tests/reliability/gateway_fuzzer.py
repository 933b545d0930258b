"""Feeds the gateway what atheris finds, until it is told to stop.

    python tests/reliability/gateway_fuzzer.py -runs=20000

An answer that is a fault of the server's ends it with a crash.
"""

import asyncio
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "generated")]

import atheris  # noqa: E402 - after the paths

with atheris.instrument_imports(include=["voice_recordings.gateway"]):
    from gateway_support.kitchen import gateway_of
    from gateway_support.requests import HEADERS, METHODS, PATHS, answered
    from voice_recordings.gateway import Cors, Description

GATEWAY = gateway_of(cors=Cors(["*"]), description=Description("Kitchen", "1"))
LOOP = asyncio.new_event_loop()


def one_input(data: bytes) -> None:
    """Makes a request of the bytes."""
    provider = atheris.FuzzedDataProvider(data)
    method = METHODS[provider.ConsumeIntInRange(0, len(METHODS) - 1)]
    path = PATHS[provider.ConsumeIntInRange(0, len(PATHS) - 1)].encode()
    headers = [
        (HEADERS[provider.ConsumeIntInRange(0, len(HEADERS) - 1)], provider.ConsumeBytes(20))
        for _ in range(provider.ConsumeIntInRange(0, 3))
    ]
    tail = provider.ConsumeBytes(provider.ConsumeIntInRange(0, 60))
    body = provider.ConsumeBytes(provider.remaining_bytes())
    LOOP.run_until_complete(answered(GATEWAY, method, path + tail, body, headers))


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
