"""The page at /docs, in a real browser."""

import asyncio
import base64
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway_support.kitchen import gateway_of
from gateway_support.servers import served
from voice_recordings.gateway import Description

pytestmark = pytest.mark.check
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--remote-debugging-port=0",
)  # fmt: skip


class Page:
    """A page of a browser, by the DevTools protocol."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._last = 0
        self.complaints: list[Any] = []

    async def send(self, method: str, **parameters: Any) -> Any:
        """Sends a command, and gives its result; keeps the complaints that come between."""
        self._last += 1
        await self._socket.send(
            json.dumps({"id": self._last, "method": method, "params": parameters})
        )
        while True:
            message = json.loads(await asyncio.wait_for(self._socket.recv(), 60))
            if message.get("method") == "Runtime.exceptionThrown":
                self.complaints.append(message["params"])
            elif message.get("method") == "Log.entryAdded":
                entry = message["params"]["entry"]
                self.complaints += [entry] if entry["level"] in {"error", "warning"} else []
            elif message.get("id") == self._last:
                assert "error" not in message, message
                return message["result"]

    async def run(self, script: str) -> Any:
        """The value of an expression, awaited."""
        result = await self.send(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    async def until(self, script: str) -> Any:
        """The value of an expression once it is true."""
        for _ in range(1200):
            if value := await self.run(script):
                return value
            await asyncio.sleep(0.05)
        raise AssertionError(f"never true: {script}")


@asynccontextmanager
async def browser(folder: Path) -> AsyncIterator[Page]:
    """Debian's Chromium, with a profile of its own."""
    from websockets.asyncio.client import connect  # noqa: PLC0415 - `make test` runs without it

    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed; on Debian: apt-get install chromium")
    process = await asyncio.create_subprocess_exec(
        chromium,
        *FLAGS,
        f"--user-data-dir={folder}",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        told = folder / "DevToolsActivePort"
        for _ in range(1200):
            if told.exists() and told.read_text().count("\n"):
                break
            await asyncio.sleep(0.05)
        port, path = told.read_text().split()
        async with connect(f"ws://127.0.0.1:{port}{path}", max_size=None) as control:
            targets = await Page(control).send("Target.getTargets")
            target = next(t for t in targets["targetInfos"] if t["type"] == "page")["targetId"]
        address = f"ws://127.0.0.1:{port}/devtools/page/{target}"
        async with connect(address, max_size=None) as socket:
            yield Page(socket)
    finally:
        process.terminate()
        await process.wait()


async def test_the_page_lists_the_operations_and_calls_one(tmp_path: Path) -> None:
    """It loads, lists, calls, and complains of nothing."""
    gateway = gateway_of(description=Description("Kitchen", "1.2.3"))
    async with served(gateway) as port, browser(tmp_path) as page:
        for domain in ("Log", "Runtime", "Page"):
            await page.send(f"{domain}.enable")
        await page.send("Page.navigate", url=f"http://127.0.0.1:{port}/docs")
        await page.until("document.querySelectorAll('details').length > 40")
        assert await page.run("document.querySelector('h1').textContent") == "Kitchen 1.2.3"
        assert await page.run(
            "[...document.querySelectorAll('summary code')].map((e) => e.textContent)"
            ".includes('/v1/ints/{int32_field}')"
        )
        await page.run(
            "globalThis.chosen = [...document.querySelectorAll('details')].find((e) => "
            "e.querySelector('code').textContent === '/v1/ints/{int32_field}'); chosen.open = true"
        )
        await page.until("chosen.querySelector('form')")
        await page.run(
            "chosen.querySelector('[name=int32_field]').value = '5';"
            "chosen.querySelector('[name=stringField]').value = 'é &';"
            "chosen.querySelector('form').requestSubmit()"
        )
        answer = await page.until(
            "(t => t.startsWith('200') && t)(chosen.querySelector('pre').textContent)"
        )
        assert json.loads(answer.partition("\n\n")[2]) == {"int32Field": 5, "stringField": "é &"}
        assert page.complaints == []
        picture = await page.send("Page.captureScreenshot", format="png")
        (tmp_path / "docs.png").write_bytes(base64.b64decode(picture["data"]))
