"""What asking callers who they are costs, beside not asking; and /token.

    python benchmarks/access.py

Two servers in processes of their own, one with `--auth off` and one with
`--auth required`, take turns at serving GetRecording to the same client, which
sends the same authorization header to both. Then assertions, made beforehand,
are exchanged over connections that are kept.
"""

import asyncio
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import grpc
import jwt

from enfonica.voice.v1beta1 import recordings_pb2, recordings_pb2_grpc
from voicerecordings.recorder.v1 import recorder_pb2, recorder_pb2_grpc

COMMAND = [sys.executable, "-m", "voice_recordings"]
NAME = "projects/acme/calls/c1/recordings/r1"
ROUNDS, ROUND_SECONDS, CALLERS = 9, 2.0, 16
EXCHANGES, CONNECTIONS = 2000, 8
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def run(folder: Path, *arguments: str) -> None:
    """One command of the command line."""
    subprocess.run([*COMMAND, *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def served(folder: Path, *arguments: str) -> Iterator[dict[str, str]]:
    """A server; gives the line it prints when it is ready."""
    process = subprocess.Popen(
        [*COMMAND, "serve", "--grpc-address", "127.0.0.1:0", "--http-address", "127.0.0.1:0",
         *arguments],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


def assertions(key: dict[str, str], audience: str, count: int) -> list[bytes]:
    """Requests of /token, each with an assertion of its own."""
    now = int(time.time())
    made = []
    for _ in range(count):
        claims = {
            "iss": key["client_email"], "scope": "https://api.enfonica.com/auth/voice",
            "aud": audience, "iat": now, "exp": now + 3600, "jti": secrets.token_hex(8),
        }  # fmt: skip
        token = jwt.encode(claims, key["private_key"], "RS256", {"kid": key["private_key_id"]})
        body = urlencode({"grant_type": GRANT, "assertion": token}).encode()
        head = (
            f"POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
        )
        made.append(head.encode() + body)
    return made


async def exchange(url: str, requests: list[bytes]) -> list[dict[str, str]]:
    """Sends requests over one connection, one after the other."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    answers = []
    for request in requests:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        answers.append(json.loads(await reader.readexactly(length)))
    writer.close()
    return answers


async def gets_a_second(address: str, token: str) -> float:
    """GetRecording by as many callers at once, for a round."""
    metadata = (("authorization", f"Bearer {token}"),)
    request = recordings_pb2.GetRecordingRequest(name=NAME)
    done = 0
    async with grpc.aio.insecure_channel(address) as channel:
        stub = recordings_pb2_grpc.RecordingsStub(channel)
        await stub.GetRecording(request, metadata=metadata)
        start = time.perf_counter()

        async def caller() -> None:
            nonlocal done
            while time.perf_counter() - start < ROUND_SECONDS:
                await stub.GetRecording(request, metadata=metadata)
                done += 1

        await asyncio.gather(*(caller() for _ in range(CALLERS)))
        return done / (time.perf_counter() - start)


async def make_recording(address: str, token: str, file: bytes) -> None:
    """The recording that is fetched."""
    first = recorder_pb2.ImportRecordingRequest(parent=NAME[: NAME.index("/recordings")])
    first.recording_id = "r1"
    first.file.data = file
    metadata = (("authorization", f"Bearer {token}"),)
    async with grpc.aio.insecure_channel(address) as channel:
        await recorder_pb2_grpc.RecorderStub(channel).ImportRecording(
            iter([first]), metadata=metadata
        )


def wav() -> bytes:
    """A second of a square wave."""
    data = b"\0\x40\0\xc0" * 4000
    return (
        b"RIFF" + (36 + len(data)).to_bytes(4, "little") + b"WAVEfmt \x10\0\0\0\1\0\1\0"
        b"\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data" + len(data).to_bytes(4, "little") + data
    )


async def measure(off: dict[str, str], required: dict[str, str], key: dict[str, str]) -> None:
    """Prints the figures."""
    url = required["http"]
    made = assertions(key, f"{url}/token", EXCHANGES)
    start = time.perf_counter()
    shares = [made[index::CONNECTIONS] for index in range(CONNECTIONS)]
    answers = await asyncio.gather(*(exchange(url, share) for share in shares))
    rate = EXCHANGES / (time.perf_counter() - start)
    print(f"POST /token                {rate:8,.0f} exchanges a second")
    token = answers[0][0]["access_token"]
    for server in (off, required):
        await make_recording(server["grpc"], token, wav())
    rates: dict[str, list[float]] = {"off": [], "required": []}
    for _ in range(ROUNDS):
        for name, server in (("off", off), ("required", required)):
            rates[name].append(await gets_a_second(server["grpc"], token))
    for name, each in rates.items():
        print(f"GetRecording, --auth {name:8} {statistics.median(each):6,.0f} a second")
    costs = [
        1 - with_ / without for without, with_ in zip(rates["off"], rates["required"], strict=True)
    ]
    print(f"cost of asking             {statistics.median(costs):8.1%} (median of {ROUNDS} pairs)")


def main() -> None:
    """Sets two servers up and measures them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["VOICE_RECORDINGS_PROJECTS"] = str(folder / "projects.toml")
        run(folder, "projects", "create", "acme")
        run(folder, "service-accounts", "create", "crm", "--project", "acme",
            "--role", "roles/voice.admin", "--key-file", "key.json")  # fmt: skip
        key = json.loads((folder / "key.json").read_text())
        with served(folder) as off, served(folder, "--auth", "required") as required:
            asyncio.run(measure(off, required, key))


if __name__ == "__main__":
    main()
