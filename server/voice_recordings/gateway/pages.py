"""The pages beside the routes: the OpenAPI document, and one to read it by."""

from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

import orjson

from voice_recordings.gateway.errors import Headers

_ASSETS: Final[Mapping[bytes, tuple[str, bytes]]] = {
    b"/docs": ("page.html", b"text/html; charset=utf-8"),
    b"/docs/page.js": ("page.js", b"text/javascript; charset=utf-8"),
    b"/docs/page.css": ("page.css", b"text/css; charset=utf-8"),
}
_HEADERS: Final[Headers] = (
    # Nothing is loaded from elsewhere, and nothing is said elsewhere.
    (
        b"content-security-policy",
        b"default-src 'self'; img-src 'self' data:; frame-ancestors 'none'",
    ),
    (b"referrer-policy", b"no-referrer"),
)


class Pages:
    """Files by path; the document is made when it is first asked for."""

    def __init__(self, document: Callable[[], dict[str, Any]]) -> None:
        """Takes what makes the document, once every service is registered."""
        self._document = cache(lambda: orjson.dumps(document(), option=orjson.OPT_INDENT_2))

    def find(self, path: bytes) -> tuple[bytes, bytes, Headers] | None:
        """The content type, the body and the headers of a page."""
        if path == b"/openapi.json":
            return b"application/json; charset=utf-8", self._document(), ()
        if path not in _ASSETS:
            return None
        name, content_type = _ASSETS[path]
        return content_type, _read(name), _HEADERS


@cache
def _read(name: str) -> bytes:
    return files("voice_recordings.gateway").joinpath("assets", name).read_bytes()
