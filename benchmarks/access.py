"""What asking callers who they are costs, beside not asking; and /token.

    python benchmarks/access.py

Two servers in processes of their own, one with `--auth off` and one with
`--auth required`, take turns at serving GetRecording to the same client, which
sends the same authorization header to both. What counts is the processor time
of the server, which is what its throughput is made of, and which other work on
the machine changes little. Assertions, made beforehand, are exchanged over
connections that are kept.
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
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import grpc
import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from enfonica.voice.v1beta1 import recordings_pb2, recordings_pb2_grpc
from voicerecordings.recorder.v1 import recorder_pb2, recorder_pb2_grpc

COMMAND = [sys.executable, "-m", "voice_recordings"]
NAME = "projects/acme/calls/c1/recordings/r1"
ROUNDS, CALLS, CALLERS = 7, 1600, 16
EXCHANGES, CONNECTIONS = 2000, 8
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def run(folder: Path, *arguments: str) -> None:
    """One command of the command line."""
    subprocess.run([*COMMAND, *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)


@dataclass(frozen=True)
class Server:
    """A server in a process of its own."""

    pid: int
    grpc: str
    http: str

    def processor_seconds(self) -> float:
        """The processor time it has used so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(folder: Path, *arguments: str) -> Iterator[Server]:
    """Runs a server until the block ends."""
    process = subprocess.Popen(
        [*COMMAND, "serve", "--grpc-address", "127.0.0.1:0", "--http-address", "127.0.0.1:0",
         *arguments],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        yield Server(process.pid, ready["grpc"], ready["http"])
    finally:
        process.terminate()
        process.wait()


def assertions(key: dict[str, str], audience: str, count: int) -> list[bytes]:
    """Requests of /token, each with an assertion of its own."""
    now = int(time.time())
    # Read once: the checks of a private key take longer than signing with it.
    private = load_pem_private_key(key["private_key"].encode(), None)
    assert isinstance(private, RSAPrivateKey)
    made = []
    for _ in range(count):
        claims = {
            "iss": key["client_email"], "scope": "https://api.enfonica.com/auth/voice",
            "aud": audience, "iat": now, "exp": now + 3600, "jti": secrets.token_hex(8),
        }  # fmt: skip
        token = jwt.encode(claims, private, "RS256", {"kid": key["private_key_id"]})
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


async def get_microseconds(server: Server, token: str) -> float:
    """What a GetRecording costs the server, of many made by several callers at once."""
    metadata = (("authorization", f"Bearer {token}"),)
    request = recordings_pb2.GetRecordingRequest(name=NAME)
    async with grpc.aio.insecure_channel(server.grpc) as channel:
        stub = recordings_pb2_grpc.RecordingsStub(channel)

        async def caller() -> None:
            for _ in range(CALLS // CALLERS):
                await stub.GetRecording(request, metadata=metadata)

        await caller()
        before = server.processor_seconds()
        await asyncio.gather(*(caller() for _ in range(CALLERS)))
        return (server.processor_seconds() - before) * 1e6 / CALLS


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


async def measure(off: Server, required: Server, key: dict[str, str]) -> None:
    """Prints the figures."""
    made = assertions(key, f"{required.http}/token", EXCHANGES)
    before, start = required.processor_seconds(), time.perf_counter()
    shares = [made[index::CONNECTIONS] for index in range(CONNECTIONS)]
    answers = await asyncio.gather(*(exchange(required.http, share) for share in shares))
    rate = EXCHANGES / (time.perf_counter() - start)
    spent = (required.processor_seconds() - before) * 1e6 / EXCHANGES
    print(f"POST /token                {rate:8,.0f} exchanges a second, {spent:,.0f} µs each")
    token = answers[0][0]["access_token"]
    for server in (off, required):
        await make_recording(server.grpc, token, wav())
    spent_on: dict[str, list[float]] = {"off": [], "required": []}
    pair = [("off", off), ("required", required)]
    for _ in range(ROUNDS):
        pair.reverse()
        for name, server in pair:
            spent_on[name].append(await get_microseconds(server, token))
    for name, each in spent_on.items():
        print(f"GetRecording, --auth {name:8} {statistics.median(each):6,.0f} µs of the server")
    costs = [1 - off / on for off, on in zip(*spent_on.values(), strict=True)]
    print(f"cost of asking             {statistics.median(costs):8.1%} of Get's throughput")


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
