"""How a POST went, and what can make one: the seam between delivering and the wire."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from voice_recordings.recordings.delivery import Failure

# URL as sent -> headers that sign for it.
Sign = Callable[[str], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Reply:
    """The last status there was, and what failed, if anything did.

    `detail` is a sentence for people.
    """

    status: int | None = None
    retry_after: str | None = None
    failure: Failure | None = None
    detail: str = ""


class Poster(Protocol):
    """Posts webhooks, as `client.WebhookClient` does."""

    async def post(self, url: str, body: bytes, sign: Sign) -> Reply:
        """Sends one webhook; never raises for what the other side does."""
        ...

    async def close(self) -> None:
        """Lets go of what it keeps open."""
        ...


# Opens one, which may take a while: the first one loads the HTTP client.
OpenPoster = Callable[[], Awaitable[Poster]]
