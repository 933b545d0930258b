"""The wire: receivers of every kind, on loopback."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Mapping

import pytest
import trustme

from support import receiver as receivers
from support.receiver import Behaviour, Receiver, listening, status
from voice_recordings.recordings.delivery import Failure
from voice_recordings.webhooks.client import WebhookClient
from voice_recordings.webhooks.guard import OutboundPolicy

LOOPBACK = OutboundPolicy.of((), loopback=True)
BODY = b'{"name":"projects/p/calls/c/recordings/r"}'


@pytest.fixture
async def listener() -> AsyncIterator[Receiver]:
    """A receiver on 127.0.0.1."""
    async with listening() as receiver:
        yield receiver


@pytest.fixture
async def client() -> AsyncIterator[WebhookClient]:
    """A client that waits long enough for any answer that comes."""
    client = WebhookClient(LOOPBACK, user_agent="voice-recordings/test")
    yield client
    await client.close()


@pytest.fixture
async def hasty() -> AsyncIterator[WebhookClient]:
    """A client for receivers that never answer."""
    client = WebhookClient(LOOPBACK, user_agent="test", connect_seconds=0.2, total_seconds=0.2)
    yield client
    await client.close()


def sign(url: str) -> Mapping[str, str]:
    """Shows which URL was signed for."""
    return {"X-Signed-For": url, "Content-Type": "application/json; charset=utf-8"}


async def test_what_arrives(client: WebhookClient, listener: Receiver) -> None:
    """A POST of the bytes given, to the target as written, and no more headers than needed."""
    url = listener.url + "/a%2fb/../c?q=a+b&c[]=%20"
    assert (await client.post(url, BODY, sign)).status == 200
    (request,) = listener.requests
    assert request.method == "POST"
    assert request.target == "/a%2fb/../c?q=a+b&c[]=%20"
    assert request.body == BODY
    assert request.headers == {
        "Host": listener.url.removeprefix("http://"),
        "User-Agent": "voice-recordings/test",
        "Accept": "*/*",
        "X-Signed-For": url,
        "Content-Type": "application/json; charset=utf-8",
        "Content-Length": str(len(BODY)),
    }


@pytest.mark.parametrize("code", [200, 201, 204, 299, 400, 401, 404, 410, 429, 500, 503])
async def test_a_status_is_passed_on(client: WebhookClient, listener: Receiver, code: int) -> None:
    """With what was asked for in Retry-After."""
    listener.will("/", status(code, Retry_After="7"))
    reply = await client.post(listener.url, BODY, sign)
    assert (reply.status, reply.retry_after, reply.failure) == (code, "7", None)


async def test_connections_are_used_again(client: WebhookClient, listener: Receiver) -> None:
    """Whether the answer has a body or not."""
    listener.will("/", status(200), status(204), status(500), status(200))
    for _ in range(4):
        await client.post(listener.url, BODY, sign)
    assert listener.accepts == 1


@pytest.mark.parametrize("code", [301, 302, 307, 308])
async def test_a_redirect_is_the_same_post_signed_anew(
    client: WebhookClient, listener: Receiver, code: int
) -> None:
    """The hop's own URL is what is signed."""
    listener.will("/", status(code, Location="/moved?to=here"))
    assert (await client.post(listener.url, BODY, sign)).status == 200
    first, second = listener.requests
    assert (second.method, second.target, second.body) == ("POST", "/moved?to=here", BODY)
    assert first.headers["X-Signed-For"] == listener.url + "/"
    assert second.headers["X-Signed-For"] == listener.url + "/moved?to=here"


@pytest.mark.parametrize(
    "behaviour",
    [
        status(303, Location="/moved"),
        status(300, Location="/moved"),
        status(301),
        status(302, Location="ftp://app.example/"),
        status(302, Location="http://user@127.0.0.1/"),
        status(302, Location="http://[:/"),
        status(302, Location="http://127.1/"),
        status(302, Location="/\u00e9"),
    ],
    ids=["303", "300", "none", "ftp", "user", "broken", "number", "not ASCII"],
)
async def test_a_redirect_that_is_not_followed(
    client: WebhookClient, listener: Receiver, behaviour: Behaviour
) -> None:
    """It is a failure, not another request."""
    listener.will("/", behaviour)
    reply = await client.post(listener.url, BODY, sign)
    assert reply.failure is Failure.REDIRECT_REFUSED
    assert len(listener.requests) == 1


async def test_three_redirects_and_no_more(client: WebhookClient, listener: Receiver) -> None:
    """The fourth is a failure; a loop ends likewise."""
    for number in range(3):
        listener.will(f"/{number}", status(307, Location=f"/{number + 1}"))
    assert (await client.post(listener.url + "/0", BODY, sign)).status == 200
    listener.will("/loop", *[status(307, Location="/loop")] * 9)
    reply = await client.post(listener.url + "/loop", BODY, sign)
    assert reply.failure is Failure.REDIRECT_REFUSED
    assert sum(request.target == "/loop" for request in listener.requests) == 4


async def test_gone_after_a_redirect(client: WebhookClient, listener: Receiver) -> None:
    """The last hop's status counts."""
    listener.will("/", status(301, Location="/gone"))
    listener.will("/gone", status(410))
    assert (await client.post(listener.url, BODY, sign)).status == 410


@pytest.mark.parametrize(
    "behaviour", [receivers.hang, receivers.slow_trickle], ids=["hang", "slow trickle"]
)
async def test_no_answer_in_time(
    hasty: WebhookClient, listener: Receiver, behaviour: Behaviour
) -> None:
    """However the time was spent."""
    listener.will("/", behaviour)
    reply = await hasty.post(listener.url, BODY, sign)
    assert reply.failure is Failure.TIMEOUT
    assert reply.status is None


async def test_redirects_share_one_time_limit(hasty: WebhookClient, listener: Receiver) -> None:
    """15 seconds in all, not for each hop."""

    async def slow_redirect(request: receivers.Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.15)
        await status(307, Location="/")(request, writer)

    listener.will("/", *[slow_redirect] * 4)
    assert (await hasty.post(listener.url, BODY, sign)).failure is Failure.TIMEOUT


@pytest.mark.parametrize(
    ("behaviour", "failure"),
    [
        (receivers.reset, Failure.CONNECTION_FAILED),
        (receivers.not_http, Failure.ANSWER_INVALID),
        (receivers.endless_header, Failure.ANSWER_INVALID),
    ],
    ids=["reset", "not HTTP", "endless header"],
)
async def test_answers_that_are_none(
    client: WebhookClient, listener: Receiver, behaviour: Behaviour, failure: Failure
) -> None:
    """Each has its name."""
    listener.will("/", behaviour)
    assert (await client.post(listener.url, BODY, sign)).failure is failure


@pytest.mark.parametrize(
    "behaviour",
    [receivers.endless_body, receivers.trickling_body],
    ids=["endless body", "trickling body"],
)
async def test_the_status_counts_and_the_body_does_not(
    client: WebhookClient, listener: Receiver, behaviour: Behaviour
) -> None:
    """A body without end is cut off, and its connection with it."""
    listener.will("/", behaviour)
    assert (await client.post(listener.url, BODY, sign)).status == 200
    assert (await client.post(listener.url, BODY, sign)).status == 200
    assert listener.accepts == 2


async def test_nobody_listens(client: WebhookClient) -> None:
    """A port that was free a moment ago."""
    async with listening() as gone:
        pass
    assert (await client.post(gone.url, BODY, sign)).failure is Failure.CONNECTION_FAILED


async def test_a_name_without_an_address(
    client: WebhookClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the system's resolver tells it; no name server is asked from here."""

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    reply = await client.post("http://nowhere.invalid/", BODY, sign)
    assert reply.failure is Failure.NAME_NOT_FOUND


async def test_a_url_that_is_none(client: WebhookClient) -> None:
    """It fails like any other; nothing is raised."""
    reply = await client.post("http://127.1/", BODY, sign)
    assert reply.failure is Failure.URL_INVALID


def certificates(*names: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Contexts of a server of these names and of a client that trusts it."""
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return server, client


async def test_https() -> None:
    """With a certificate that is trusted."""
    server, trust = certificates("127.0.0.1")
    client = WebhookClient(LOOPBACK, user_agent="test", tls=trust)
    async with listening(tls=server) as receiver:
        assert (await client.post(receiver.url, BODY, sign)).status == 200
        await client.close()


@pytest.mark.parametrize(
    ("certified_for", "trusted"),
    [("app.example", True), ("127.0.0.1", False)],
    ids=["another name", "not trusted"],
)
async def test_bad_tls(certified_for: str, trusted: bool) -> None:  # noqa: FBT001 - a table's column
    """Nothing is sent to a receiver that cannot show who it is."""
    server, trust = certificates(certified_for)
    client = WebhookClient(LOOPBACK, user_agent="test", tls=trust if trusted else None)
    async with listening(tls=server) as receiver:
        reply = await client.post(receiver.url, BODY, sign)
        await client.close()
    assert reply.failure is Failure.TLS_FAILED
    assert not receiver.requests


async def test_no_tls_at_all(client: WebhookClient) -> None:
    """A server that answers a TLS greeting with plain HTTP."""

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        reply = await client.post(f"https://127.0.0.1:{port}/", BODY, sign)
    assert reply.failure is Failure.TLS_FAILED


async def test_never_from_https_to_http(listener: Receiver) -> None:
    """A redirect does not take the veil off."""
    server, trust = certificates("127.0.0.1")
    client = WebhookClient(LOOPBACK, user_agent="test", tls=trust)
    async with listening(tls=server) as receiver:
        receiver.will("/", status(307, Location=listener.url))
        reply = await client.post(receiver.url, BODY, sign)
        await client.close()
    assert reply.failure is Failure.REDIRECT_REFUSED
    assert listener.accepts == 0


async def test_one_that_hangs_does_not_hold_up_another(
    client: WebhookClient, listener: Receiver
) -> None:
    """The second webhook arrives while the first still waits."""
    listener.will("/hangs", receivers.hang)
    waiting = asyncio.ensure_future(client.post(listener.url + "/hangs", BODY, sign))
    assert (await client.post(listener.url + "/", BODY, sign)).status == 200
    assert not waiting.done()
    waiting.cancel()
