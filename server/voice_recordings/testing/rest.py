"""REST for tests: paths in, JSON out."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

_TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class RestAnswer:
    """What came back; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


class RestClient:
    """Asks one server; raises what `http.client` does where there is no whole answer."""

    def __init__(self, url: str) -> None:
        self.url = url

    def get(self, path: str, **query: str | int) -> RestAnswer:
        """GETs a path, or a whole link."""
        return self.request("GET", path, query=query)

    def delete(self, path: str) -> RestAnswer:
        """DELETEs a path."""
        return self.request("DELETE", path)

    def post(self, path: str, body: Any = None, **query: str | int) -> RestAnswer:
        """POSTs JSON to a path."""
        data = json.dumps({} if body is None else body).encode()
        return self.request(
            "POST", path, query=query, body=data, headers={"content-type": "application/json"}
        )

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RestAnswer:
        """Makes one request on a connection of its own."""
        parts = urlsplit(path)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        if query:
            target += ("&" if parts.query else "?") + urlencode(query)
        connection = http.client.HTTPConnection(
            parts.netloc or urlsplit(self.url).netloc, timeout=_TIMEOUT_SECONDS
        )
        try:
            connection.request(method, target, body=body, headers=dict(headers or {}))
            response = connection.getresponse()
            named = {name.lower(): value for name, value in response.getheaders()}
            return RestAnswer(response.status, named, response.read())
        finally:
            connection.close()
