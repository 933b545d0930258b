"""Posts one webhook: the wire, with every limit a stranger's server calls for.

Waiting for a socket is the kernel's business and cannot be put on a clock that
stands still, so here, and only here, the limits are aiohttp's and the event
loop's own. When to try again is not decided here.
"""

import asyncio
import ssl
from urllib.parse import urljoin

import aiohttp
import yarl
from aiohttp.abc import AbstractResolver

from voice_recordings.recordings.delivery import Failure
from voice_recordings.recordings.webhook_url import WebhookUrl, parse
from voice_recordings.webhooks.guard import AddressRefused, GuardedSockets, OutboundPolicy
from voice_recordings.webhooks.reply import Reply, Sign
from voice_recordings.webhooks.resolver import ThreadedResolver

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
MOST_REDIRECTS = 3
# What is left of an answer is read, so that the connection can be used again,
# only if it is short and comes soon. Nobody looks at it.
_DRAIN_BYTES = 65_536
_DRAIN_SECONDS = 0.5
# Less than the 5 s after which common servers close an idle connection: one
# that is closed just as it is used again costs an attempt.
_KEEP_ALIVE_SECONDS = 4.0
_SAME_POST = frozenset({301, 302, 307, 308})
_REDIRECTS = _SAME_POST | {300, 303}


class WebhookClient:
    """Posts to open addresses only; keeps connections for the next webhook.

    Made inside the running loop. How many posts run at a time is the caller's
    to limit.
    """

    def __init__(
        self,
        policy: OutboundPolicy,
        *,
        user_agent: str,
        resolver: AbstractResolver | None = None,
        tls: ssl.SSLContext | None = None,
        connect_seconds: float = CONNECT_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        """`tls` says whom to trust; the machine's certificate authorities if None."""
        self._policy = policy
        self._user_agent = user_agent
        self._resolver = resolver or ThreadedResolver()
        self._tls = tls or ssl.create_default_context()
        self._connect_seconds = connect_seconds
        self._total_seconds = total_seconds
        # A session for each set of opened networks: a connection made under one
        # is never used under another.
        self._sessions: dict[object, aiohttp.ClientSession] = {}

    async def post(self, url: str, body: bytes, sign: Sign) -> Reply:
        """Sends one webhook, following redirects; never raises for what the other side does."""
        try:
            async with asyncio.timeout(self._total_seconds):
                reply, response = await self._follow(url, body, sign)
        except TimeoutError:
            return Reply(failure=Failure.TIMEOUT, detail=f"no answer in {self._total_seconds:g} s")
        if response is not None:
            await _drain(response)
        return reply

    async def close(self) -> None:
        """Closes the connections kept."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()
        await self._resolver.close()

    async def _follow(
        self, url: str, body: bytes, sign: Sign
    ) -> tuple[Reply, aiohttp.ClientResponse | None]:
        """The reply of the last hop, and its answer if there was one."""
        came_from: WebhookUrl | None = None
        for _ in range(1 + MOST_REDIRECTS):
            try:
                hop = parse(url)
            except ValueError as error:
                return _refused(came_from, f"the URL {error}"), None
            if came_from and came_from.scheme == "https" and hop.scheme != "https":
                return _refused(came_from, "redirected from https to http"), None
            try:
                response = await self._send(hop, body, sign)
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
                return _failed(error), None
            if response.status not in _REDIRECTS:
                return Reply(response.status, response.headers.get("Retry-After")), response
            response.release()
            location = _location(hop, response)
            if location is None:
                what = f"a {response.status} that cannot be followed with the same POST"
                return Reply(response.status, None, Failure.REDIRECT_REFUSED, what), None
            came_from, url = hop, location
        return _refused(came_from, f"more than {MOST_REDIRECTS} redirects"), None

    async def _send(self, hop: WebhookUrl, body: bytes, sign: Sign) -> aiohttp.ClientResponse:
        return await self._session(hop.host).post(
            # Marked as encoded, it is sent letter by letter as it was signed.
            yarl.URL(hop.text, encoded=True),
            data=body,
            headers={"User-Agent": self._user_agent, "Accept": "*/*", **sign(hop.text)},
            allow_redirects=False,
        )

    def _session(self, host: str) -> aiohttp.ClientSession:
        opened = self._policy.opened(host)
        session = self._sessions.get(opened)
        if session is None:
            connector = aiohttp.TCPConnector(
                limit=0,
                resolver=self._resolver,
                ssl=self._tls,
                socket_factory=GuardedSockets(opened),
                keepalive_timeout=_KEEP_ALIVE_SECONDS,
                ttl_dns_cache=10,
            )
            session = self._sessions[opened] = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, connect=self._connect_seconds),
                skip_auto_headers=("Accept-Encoding",),
                auto_decompress=False,
                trust_env=False,
            )
        return session


async def _drain(response: aiohttp.ClientResponse) -> None:
    """Reads a short rest, so that the connection is kept; closes the connection otherwise."""
    try:
        async with asyncio.timeout(_DRAIN_SECONDS):
            left = _DRAIN_BYTES
            while left > 0 and (chunk := await response.content.read(left)):
                left -= len(chunk)
    except (TimeoutError, aiohttp.ClientError):
        pass
    # What has not been read to its end is closed by this, not kept.
    response.release()


def _location(hop: WebhookUrl, response: aiohttp.ClientResponse) -> str | None:
    """Where a redirect leads, if the same POST may be sent there."""
    location = response.headers.get("Location")
    if response.status not in _SAME_POST or location is None:
        return None
    try:
        return urljoin(hop.text, location)
    except ValueError:
        return None


def _refused(came_from: WebhookUrl | None, why: str) -> Reply:
    failure = Failure.REDIRECT_REFUSED if came_from else Failure.URL_INVALID
    return Reply(failure=failure, detail=why)


# What an exception of the wire means; the narrower ones come first.
_FAILURES: tuple[tuple[type[Exception], Failure, str], ...] = (
    (aiohttp.ConnectionTimeoutError, Failure.CONNECT_TIMEOUT, "no connection in time"),
    (TimeoutError, Failure.TIMEOUT, "no answer in time"),
    (aiohttp.ClientConnectorDNSError, Failure.NAME_NOT_FOUND, "the name has no address"),
    (aiohttp.ClientConnectorCertificateError, Failure.TLS_FAILED, "the certificate is not trusted"),
    (aiohttp.ClientSSLError, Failure.TLS_FAILED, "TLS could not be agreed on"),
    (ssl.SSLError, Failure.TLS_FAILED, "TLS broke"),
    (aiohttp.ClientConnectorError, Failure.CONNECTION_FAILED, "no connection"),
    (aiohttp.ServerDisconnectedError, Failure.CONNECTION_FAILED, "closed before an answer"),
    (OSError, Failure.CONNECTION_FAILED, "the connection broke"),
    (aiohttp.ClientError, Failure.ANSWER_INVALID, "the answer is not HTTP"),
)


def _failed(error: Exception) -> Reply:
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(cause, AddressRefused):
        return Reply(failure=Failure.ADDRESS_REFUSED, detail=str(cause))
    for kind, failure, detail in _FAILURES:
        if isinstance(error, kind):
            return Reply(failure=failure, detail=detail)
    return Reply(failure=Failure.URL_INVALID, detail="the URL cannot be dialled")
