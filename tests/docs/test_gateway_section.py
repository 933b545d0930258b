"""The README's section on the gateway, followed to the letter."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gateway_support.asgi import call
from gateway_support.servers import wait_for
from support.ports import free_port

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
SECTION = README.partition("## REST for any Python gRPC service\n")[2].partition("\n## ")[0]
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", SECTION, re.DOTALL)


def block(kind: str) -> str:
    """The first block of a kind."""
    text: str = next(text for name, text in BLOCKS if name == kind)
    return text


async def test_the_python_block_serves_what_the_console_shows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The servicer as it stands there answers as it is shown."""
    monkeypatch.syspath_prepend(str(ROOT / "examples" / "gateway"))
    module: dict[str, Any] = {}
    exec(compile(block("python"), "README.md", "exec"), module)
    asked, shown = re.findall(r"\$ curl \S+?:8000(\S+)\n(\{.*\})", SECTION)[0]
    response = await call(module["app"], "GET", asked)
    assert response.json == json.loads(shown)


def test_the_proto_block_is_the_examples() -> None:
    """What the README shows of the proto is in it."""
    proto = " ".join((ROOT / "examples/gateway/bookstore.proto").read_text().split())
    rule = re.search(r"option.*", block("proto"))
    assert rule is not None
    assert rule[0] in proto


def test_the_uvicorn_line() -> None:
    """The command starts, on a free port."""
    line = re.search(r"\$ uvicorn (.*?)\s+#", SECTION)
    assert line is not None
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", *line[1].split(), "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(port)
        finally:
            process.terminate()


def test_every_module_in_the_page_exists() -> None:
    """docs/gateway.md names the parts there are."""
    page = (ROOT / "docs" / "gateway.md").read_text()
    listed = page.rpartition("## How it is made")[2].partition("```")[2].partition("```")[0]
    names = {name for line in listed.splitlines() for name in re.findall(r"[a-z]+", line[:33])}
    modules = {path.stem for path in (ROOT / "server/voice_recordings/gateway").glob("*.py")}
    assert names <= modules
