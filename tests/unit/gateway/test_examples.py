"""The examples: a service that is not ours, with nothing but the public import."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from gateway_support.asgi import call

FOLDER = Path(__file__).parents[3] / "examples" / "gateway"


def loaded(name: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An example as a module, run anew."""
    monkeypatch.syspath_prepend(str(FOLDER))
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["asyncio_servicer", "threaded_servicer"])
async def test_a_service_that_is_not_ours(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A book is put on a shelf, found, and missed elsewhere."""
    app = loaded(name, monkeypatch).app
    target = "/v1/shelves/s/books?bookId=b"
    made = await call(app, "POST", target, b'{"title":"Emma"}')
    assert made.json == {"name": "shelves/s/books/b", "title": "Emma"}
    found = await call(app, "GET", "/v1/shelves/s/books/b")
    assert found.json == made.json
    missed = await call(app, "GET", "/v1/shelves/s/books/c")
    assert (missed.status, missed.json["error"]["status"]) == (404, "NOT_FOUND")


def test_only_the_public_import() -> None:
    """Of ours an example needs one line, and is about a dozen lines of its own."""
    for path in FOLDER.glob("*_servicer.py"):
        lines = path.read_text().splitlines()
        ours = [line for line in lines if "voice_recordings" in line]
        assert ours == ["from voice_recordings.gateway import Gateway"]
        body = lines[lines.index(ours[0]) + 1 :]
        assert len([line for line in body if line.strip()]) <= 15
