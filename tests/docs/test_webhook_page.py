"""The receivers on the page about webhooks, run as they stand there."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.ports import free_port
from voice_recordings.clock import SystemClock
from voice_recordings.webhooks import verify
from voice_recordings.webhooks.client import WebhookClient
from voice_recordings.webhooks.guard import OutboundPolicy
from voice_recordings.webhooks.signing import key_text, signed_headers

PAGE = Path(__file__).parents[2] / "docs" / "webhooks.md"
OLD_KEY, NEW_KEY, WRONG_KEY = bytes(64), bytes(range(64)), bytes([255] * 64)
BODY = b'{"name":"projects/demo/calls/1/recordings/2","state":"SUCCEEDED"}'

RECEIVERS = {
    "fastapi": ("app.py", [sys.executable, "-m", "uvicorn", "app:app", "--port", "PORT"]),
    "flask": ("app.py", [sys.executable, "-m", "flask", "run", "--port", "PORT"]),
    "node": ("app.mjs", ["node", "app.mjs"]),
}


def blocks(language: str) -> list[str]:
    """The page's code blocks in one language."""
    found = re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    return [str(block) for block in found]


def snippet(name: str) -> str:
    """The code block that begins with this name as a comment."""
    first = {f"# {name}", f"// {name}"}
    (found,) = [block for block in blocks("(?:python|js)") if block.splitlines()[0] in first]
    return found


@asynccontextmanager
async def running(
    name: str, folder: Path, port: int, url: str, keys: Sequence[bytes]
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The snippet as a program that accepts connections."""
    file, command = RECEIVERS[name]
    (folder / file).write_text(snippet(name))
    process = await asyncio.create_subprocess_exec(
        *(str(port) if part == "PORT" else part for part in command),
        cwd=folder,
        env={
            **os.environ,
            "READY_URI": url,
            "WEBHOOK_KEYS": " ".join(key_text(key) for key in keys),
            "PORT": str(port),
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        while process.returncode is None:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                await writer.wait_closed()
                break
        assert process.returncode is None, "the receiver did not start"
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.wait()


def test_the_request_on_the_page_is_genuine() -> None:
    """Its signatures are those of its key."""
    head, body = blocks("http")[0].rstrip("\n").split("\n\n")
    request, *lines = head.splitlines()
    headers = dict(line.split(": ", 1) for line in lines)
    url = f"https://{headers['Host']}{request.split()[1]}"
    (key,) = [block for block in blocks("sh") if block.startswith("# the key")]
    sent = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    webhook = verify(url, headers, body.encode(), key.splitlines()[1], now=sent)
    assert webhook.recording["state"] == "EMPTY"


@pytest.mark.parametrize(
    "name", ["fastapi", "flask", pytest.param("node", marks=pytest.mark.check)]
)
async def test_a_receiver_takes_what_is_genuine_and_nothing_else(name: str, tmp_path: Path) -> None:
    """During a change of keys too: old, new and both, but no other."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/ready?tenant=7"
    client = WebhookClient(OutboundPolicy.of((), loopback=True), user_agent="test")

    async def send(*keys: bytes, signed_for: str = url, late_seconds: int = 0) -> int | None:
        now = SystemClock().now()
        reply = await client.post(
            url,
            BODY,
            lambda _: signed_headers(
                keys,
                url=signed_for,
                event="RECORDING_READY",
                webhook_id="ready-1",
                now=now.fromtimestamp(now.timestamp() - late_seconds, now.tzinfo),
                body=BODY,
            ),
        )
        return reply.status

    try:
        async with running(name, tmp_path, port, url, [NEW_KEY, OLD_KEY]) as process:
            assert await send(NEW_KEY) == 204
            assert await send(OLD_KEY) == 204
            assert await send(NEW_KEY, OLD_KEY) == 204
            assert await send(WRONG_KEY) == 401
            assert await send(NEW_KEY, signed_for="http://other.example/ready") == 401
            assert await send(NEW_KEY, late_seconds=600) == 401
            assert process.stdout is not None
            # Flask's own greeting may stand before it.
            lines = (line.decode().split() async for line in process.stdout)
            told = await anext(line async for line in lines if line[0] == "ready-1")
            assert told[1:] == ["projects/demo/calls/1/recordings/2", "SUCCEEDED"]
    finally:
        await client.close()
