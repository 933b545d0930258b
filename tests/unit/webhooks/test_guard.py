"""The guard at work: a listener on loopback counts who gets through."""

import socket
from collections.abc import AsyncIterator

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from support import receiver as receivers
from support import spellings
from support.receiver import Receiver, listening
from voice_recordings.recordings.delivery import Failure
from voice_recordings.webhooks.client import WebhookClient
from voice_recordings.webhooks.guard import OutboundPolicy
from voice_recordings.webhooks.reply import Reply

CLOSED = OutboundPolicy()
LOOPBACK = OutboundPolicy.of((), loopback=True)


class Names(AbstractResolver):
    """Answers from a table, one answer after the other; asks nobody."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self.answers = {name.replace("_", "."): each for name, each in answers.items()}

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 - the port names it
    ) -> list[ResolveResult]:
        """The next answer; the last one stays."""
        host = host.removesuffix(".")
        if host not in self.answers:
            raise OSError(None, "unknown")
        answers = self.answers[host]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=0,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
async def listener() -> AsyncIterator[Receiver]:
    """A receiver on 127.0.0.1."""
    async with listening() as receiver:
        yield receiver


async def post(
    url: str, policy: OutboundPolicy = CLOSED, names: AbstractResolver | None = None
) -> Reply:
    """Sends one webhook."""
    client = WebhookClient(policy, user_agent="test", resolver=names or Names())
    try:
        return await client.post(url, b"{}", lambda _: {})
    finally:
        await client.close()


async def test_the_listener_can_be_reached_at_all(listener: Receiver) -> None:
    """Without the guard in the way, so that the tests below can fail."""
    assert (await post(listener.url, LOOPBACK)).status == 200
    assert listener.accepts == 1


LOOPBACK_SPELLINGS = {
    f"{address}, {how}": host
    for address in spellings.LOOPBACK
    for how, host in spellings.of(address).items()
} | {host: host for host in ("localhost", "LOCALHOST", "localhost.", "[::1]", "[::]", "[::1%lo]")}


@pytest.mark.parametrize("host", LOOPBACK_SPELLINGS.values(), ids=LOOPBACK_SPELLINGS)
async def test_no_spelling_of_loopback_gets_through(listener: Receiver, host: str) -> None:
    """Refused before anything is dialled: no TCP connection, not even a failed one."""
    port = listener.url.rpartition(":")[2]
    local = Names(localhost=[["127.0.0.1", "::1"]])
    reply = await post(f"http://{host}:{port}/", CLOSED, local)
    assert reply.failure in {Failure.URL_INVALID, Failure.ADDRESS_REFUSED}
    assert listener.accepts == 0


async def test_the_systems_own_answer_for_localhost(listener: Receiver) -> None:
    """The real look-up, which stays on this machine."""
    port = listener.url.rpartition(":")[2]
    client = WebhookClient(CLOSED, user_agent="test")
    try:
        reply = await client.post(f"http://localhost:{port}/", b"{}", lambda _: {})
    finally:
        await client.close()
    assert reply.failure is Failure.ADDRESS_REFUSED
    assert listener.accepts == 0


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["127.0.0.1", "10.0.0.1"],
        ["::1", "127.0.0.1"],
        ["::ffff:127.0.0.1"],
        ["::127.0.0.1"],
        ["0.0.0.0"],
        ["64:ff9b::7f00:1"],
        ["2002:7f00:1::"],
    ],
    ids=str,
)
async def test_names_that_resolve_to_closed_addresses(
    listener: Receiver, addresses: list[str]
) -> None:
    """A name is only as good as each address behind it."""
    port = listener.url.rpartition(":")[2]
    reply = await post(f"http://app.example:{port}/", CLOSED, Names(app_example=[addresses]))
    assert reply.failure is Failure.ADDRESS_REFUSED
    assert listener.accepts == 0


async def test_a_name_whose_answer_changes() -> None:
    """What counts is the address that is dialled, at every dial."""
    opened = OutboundPolicy.of(["127.0.0.1/32"])
    names = Names(app_example=[["127.0.0.1"], ["127.0.0.2"]])
    async with listening("127.0.0.1") as good:
        port = int(good.url.rpartition(":")[2])
        async with listening("127.0.0.2", port=port) as forbidden:
            url = f"http://app.example:{port}/"
            assert (await post(url, opened, names)).status == 200
            assert (await post(url, opened, names)).failure is Failure.ADDRESS_REFUSED
            assert (good.accepts, forbidden.accepts) == (1, 0)


@pytest.mark.parametrize("code", [301, 302, 307, 308])
@pytest.mark.parametrize(
    "host",
    ["127.0.0.2", "inside.example", "2130706434", "[::ffff:127.0.0.2]", "x@127.0.0.2"],
)
async def test_a_redirect_to_a_closed_address(code: int, host: str) -> None:
    """Each hop is checked as the first was."""
    opened = OutboundPolicy.of(["127.0.0.1"])
    names = Names(inside_example=[["127.0.0.2"]])
    async with listening("127.0.0.1") as good:
        port = int(good.url.rpartition(":")[2])
        async with listening("127.0.0.2", port=port) as forbidden:
            good.will("/", receivers.status(code, Location=f"http://{host}:{port}/"))
            reply = await post(good.url, opened, names)
            assert reply.failure in {Failure.ADDRESS_REFUSED, Failure.REDIRECT_REFUSED}
            assert (good.accepts, forbidden.accepts) == (1, 0)


async def test_a_name_may_be_opened(listener: Receiver) -> None:
    """Whatever it resolves to; other names that resolve to the same stay closed."""
    port = listener.url.rpartition(":")[2]
    policy = OutboundPolicy.of(["Hooks.Internal."])
    names = Names(hooks_internal=[["127.0.0.1"]], app_example=[["127.0.0.1"]])
    client = WebhookClient(policy, user_agent="test", resolver=names)
    try:
        opened = await client.post(f"http://hooks.internal:{port}/", b"{}", lambda _: {})
        closed = await client.post(f"http://app.example:{port}/", b"{}", lambda _: {})
    finally:
        await client.close()
    assert opened.status == 200
    assert closed.failure is Failure.ADDRESS_REFUSED


async def test_an_opened_name_never_leads_to_cloud_metadata() -> None:
    """The socket is refused, so nothing is dialled."""
    policy = OutboundPolicy.of(["hooks.internal", "0.0.0.0/0", "::/0"])
    names = Names(hooks_internal=[["169.254.169.254", "fd00:ec2::254", "::ffff:169.254.169.254"]])
    reply = await post("http://hooks.internal/", policy, names)
    assert reply.failure is Failure.ADDRESS_REFUSED


async def test_the_refusal_does_not_tell_the_address() -> None:
    """Whoever chose the URL does not learn what a name resolves to inside."""
    reply = await post("http://app.example/", CLOSED, Names(app_example=[["10.20.30.40"]]))
    assert reply.detail == "the address is closed to webhooks"


@pytest.mark.parametrize("text", ["10.0.0.0/33", "10.0.0.1/8", "::/129", "300.1.1.1", "fe80:::1"])
def test_what_cannot_be_opened(text: str) -> None:
    """A mistyped network is an error, not a name."""
    with pytest.raises(ValueError, match=r"\S"):
        OutboundPolicy.of([text])
