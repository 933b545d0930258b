"""The table of closed networks, and every spelling of what lies in them: nothing is dialled."""

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import spellings
from voice_recordings.recordings.webhook_url import parse
from voice_recordings.webhooks.addresses import CLOSED, METADATA, Network, refusal

PUBLIC = (
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "191.255.255.255",
    "192.0.1.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2001:4860:4860::8888",
    "2a00:1450:4001::1",
    "2003::1",
)


def test_there_are_enough_spellings() -> None:
    """The figure that is promised."""
    assert len(spellings.ALL) >= 150


@pytest.mark.parametrize("host", spellings.ALL.values(), ids=spellings.ALL)
def test_a_spelling_of_a_forbidden_address(host: str) -> None:
    """Either the URL is not taken, or its address is refused."""
    try:
        url = parse(f"http://{host}/ready")
    except ValueError:
        return
    assert refusal(url.host)


# To the C library a zero before makes a number octal, and so another address.
AS_THE_SYSTEM_READS = {
    how: host for how, host in spellings.ALL.items() if not how.endswith("zeros before")
}


@pytest.mark.parametrize("host", AS_THE_SYSTEM_READS.values(), ids=AS_THE_SYSTEM_READS)
def test_what_the_system_makes_of_a_spelling(host: str) -> None:
    """Behind the URL's reader stands the table: whatever the C library reads is refused too."""
    bare = host.removeprefix("[").removesuffix("]").rpartition("@")[2]
    try:
        found = socket.getaddrinfo(bare, 80, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return
    assert found
    for _, _, _, _, address in found:
        assert refusal(str(address[0]))


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_open(address: str) -> None:
    """The neighbours of closed networks among them."""
    assert refusal(address) is None


@pytest.mark.parametrize("row", CLOSED + METADATA, ids=lambda row: row.network)
def test_a_network_is_closed_from_end_to_end(row: tuple[str, str, str]) -> None:
    """First and last address; and the row says what it is and who says so."""
    network = ipaddress.ip_network(row[0])
    assert refusal(str(network[0]))
    assert refusal(str(network[-1]))
    assert row[1]
    assert row[2]


@pytest.mark.parametrize("text", ["", "localhost", "127.1", "0x7f.0.0.1", "1.1.1.1 ", "[::1]"])
def test_what_is_not_an_address(text: str) -> None:
    """Is refused, not let through."""
    assert refusal(text) == "not an address"


EVERYTHING: tuple[Network, ...] = (
    ipaddress.IPv4Network("0.0.0.0/0"),
    ipaddress.IPv6Network("::/0"),
)


@pytest.mark.parametrize("row", METADATA, ids=lambda row: row.network)
def test_metadata_is_never_opened(row: tuple[str, str, str]) -> None:
    """Not even by opening everything."""
    assert refusal(row[0].partition("/")[0], EVERYTHING) == "cloud metadata"


@pytest.mark.parametrize(
    "how",
    [how for how, host in spellings.of("169.254.169.254").items() if host.startswith("[")],
)
def test_metadata_inside_another_address_is_never_opened(how: str) -> None:
    """Mapped, compatible, translated, NAT64, 6to4 and Teredo are seen through."""
    host = spellings.of("169.254.169.254")[how].strip("[]").partition("%")[0]
    if how != "ISATAP":  # link-local; it is not routed anywhere else
        assert refusal(host, EVERYTHING) == "cloud metadata"


def test_what_is_opened_is_open_and_no_more() -> None:
    """A network exempts itself."""
    opened = (ipaddress.IPv4Network("10.1.0.0/16"),)
    assert refusal("10.1.2.3", opened) is None
    assert refusal("10.2.0.1", opened) == "private"
    assert refusal("::ffff:10.1.2.3", opened) == "IPv4-mapped"


@given(st.ip_addresses())
def test_open_addresses_are_global_in_pythons_eyes_too(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    """Our table closes more than `is_global` does, never less."""
    if refusal(str(address)) is None:
        assert address.is_global
        assert not address.is_multicast


@given(st.ip_addresses(v=4))
def test_a_closed_address_is_closed_inside_others(address: ipaddress.IPv4Address) -> None:
    """However it is dressed, even a public one: no dress is needed to reach a public address."""
    for how, host in spellings.of(str(address)).items():
        if host.startswith("[") and "%" not in host:
            assert refusal(host.strip("[]")), how
