"""Where a webhook may not go: a table of networks, each with what it is and who says so.

A stranger chooses a webhook's URL and the service dials it from inside; so
everything that is not plainly a public unicast address is closed. The table is
written out rather than asked of `ipaddress.is_global`, which calls several of
these global (6to4 and NAT64 with private addresses inside, multicast, AS112).

"IANA-4" and "IANA-6" are IANA's registries of special-purpose addresses.
"""

import ipaddress
from collections.abc import Iterable
from typing import NamedTuple

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Closed(NamedTuple):
    """A network that webhooks are not sent into."""

    network: str
    what: str
    source: str


CLOSED = (
    Closed("0.0.0.0/8", "this network; 0.0.0.0 reaches the own machine", "IANA-4, RFC 791"),
    Closed("10.0.0.0/8", "private", "IANA-4, RFC 1918"),
    Closed("100.64.0.0/10", "carrier-grade NAT", "IANA-4, RFC 6598"),
    Closed("127.0.0.0/8", "loopback", "IANA-4, RFC 1122"),
    Closed("169.254.0.0/16", "link-local; metadata of most clouds", "IANA-4, RFC 3927"),
    Closed("172.16.0.0/12", "private", "IANA-4, RFC 1918"),
    Closed("192.0.0.0/24", "protocol assignments", "IANA-4, RFC 6890"),
    Closed("192.0.2.0/24", "documentation", "IANA-4, RFC 5737"),
    Closed("192.31.196.0/24", "AS112", "IANA-4, RFC 7535"),
    Closed("192.52.193.0/24", "automatic multicast tunnelling", "IANA-4, RFC 7450"),
    Closed("192.88.99.0/24", "6to4 relays", "IANA-4, RFC 7526"),
    Closed("192.168.0.0/16", "private", "IANA-4, RFC 1918"),
    Closed("192.175.48.0/24", "AS112", "IANA-4, RFC 7534"),
    Closed("198.18.0.0/15", "benchmarking", "IANA-4, RFC 2544"),
    Closed("198.51.100.0/24", "documentation", "IANA-4, RFC 5737"),
    Closed("203.0.113.0/24", "documentation", "IANA-4, RFC 5737"),
    Closed("224.0.0.0/4", "multicast", "RFC 5771"),
    Closed("240.0.0.0/4", "reserved; the last one is broadcast", "IANA-4, RFC 1112, RFC 919"),
    Closed("::/96", "unspecified, loopback, IPv4-compatible", "IANA-6, RFC 4291"),
    Closed("::ffff:0:0/96", "IPv4-mapped", "IANA-6, RFC 4291"),
    Closed("::ffff:0:0:0/96", "IPv4-translated", "RFC 2765"),
    Closed("64:ff9b::/96", "NAT64", "IANA-6, RFC 6052"),
    Closed("64:ff9b:1::/48", "NAT64 of one network", "IANA-6, RFC 8215"),
    Closed("100::/64", "discard", "IANA-6, RFC 6666"),
    Closed("100:0:0:1::/64", "dummy prefix", "IANA-6, RFC 9780"),
    Closed("2001::/23", "protocol assignments; Teredo, benchmarking, ORCHID", "IANA-6, RFC 2928"),
    Closed("2001:db8::/32", "documentation", "IANA-6, RFC 3849"),
    Closed("2002::/16", "6to4", "IANA-6, RFC 3056"),
    Closed("2620:4f:8000::/48", "AS112", "IANA-6, RFC 7534"),
    Closed("3fff::/20", "documentation", "IANA-6, RFC 9637"),
    Closed("5f00::/16", "segment routing", "IANA-6, RFC 9602"),
    Closed("fc00::/7", "unique local", "IANA-6, RFC 4193"),
    Closed("fe80::/10", "link-local", "IANA-6, RFC 4291"),
    Closed("fec0::/10", "site-local", "RFC 3879"),
    Closed("ff00::/8", "multicast", "RFC 4291"),
)

# Whoever reaches one of these gets the machine's own credentials: never opened.
METADATA = (
    Closed("100.100.100.200/32", "cloud metadata", "Alibaba Cloud"),
    Closed("168.63.129.16/32", "cloud metadata", "Azure's wire server"),
    Closed("169.254.0.23/32", "cloud metadata", "Tencent Cloud"),
    Closed("169.254.42.42/32", "cloud metadata", "Scaleway"),
    Closed("169.254.169.254/32", "cloud metadata", "AWS, Azure, Google, Oracle and others"),
    Closed("169.254.170.2/32", "cloud metadata", "AWS ECS task credentials"),
    Closed("169.254.170.23/32", "cloud metadata", "AWS EKS pod credentials"),
    Closed("192.0.0.192/32", "cloud metadata", "Oracle Cloud, classic"),
    Closed("fd00:42::42/128", "cloud metadata", "Scaleway"),
    Closed("fd00:ec2::23/128", "cloud metadata", "AWS EKS pod credentials"),
    Closed("fd00:ec2::254/128", "cloud metadata", "AWS"),
    Closed("fd20:ce::254/128", "cloud metadata", "Google"),
)

# An IPv4 address stands in these, and a gateway may go on to it.
_NAT64_OF_ONE_NETWORK = ipaddress.IPv6Network("64:ff9b:1::/48")
_IPV4_AT_THE_END = (
    _NAT64_OF_ONE_NETWORK,
    *(
        ipaddress.IPv6Network(network)
        for network in ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")
    ),
)
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")
_TEREDO = ipaddress.IPv6Network("2001::/32")
# What is not global unicast (RFC 4291, 2.4) has not been given to anybody.
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")

_closed = tuple((ipaddress.ip_network(row.network), row) for row in CLOSED)
_metadata = tuple((ipaddress.ip_network(row.network), row) for row in METADATA)


def refusal(address: str, opened: Iterable[Network] = ()) -> str | None:
    """Why nothing is sent to this address, or None if it is open.

    Networks in `opened` are exempt, cloud metadata never, in whatever form its
    address comes. What is not an address is refused.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "not an address"
    for form in (parsed, *_inside(parsed)):
        if row := _row(_metadata, form):
            return row.what
    if any(parsed in network for network in opened):
        return None
    if row := _row(_closed, parsed):
        return row.what
    return _unassigned(parsed)


def _unassigned(address: Address) -> str | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address.scope_id is not None:
        return "an address of one interface"
    return None if address in _GLOBAL_UNICAST else "not global unicast"


def _row(table: Iterable[tuple[Network, Closed]], address: Address) -> Closed | None:
    return next((row for network, row in table if address in network), None)


def _inside(address: Address) -> tuple[ipaddress.IPv4Address, ...]:
    """The IPv4 addresses that this one may stand for."""
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    number = int(address)
    inside: list[int] = []
    if any(address in network for network in _IPV4_AT_THE_END):
        inside.append(number & 0xFFFFFFFF)
    if address in _NAT64_OF_ONE_NETWORK:
        # After a prefix of 48, 56 or 64 bits, around the byte that is left zero (RFC 6052, 2.2).
        joined = number >> 64 << 56 | number & (1 << 56) - 1
        inside += [joined >> 88 - length & 0xFFFFFFFF for length in (48, 56, 64)]
    if address in _SIX_TO_FOUR:
        inside.append(number >> 80 & 0xFFFFFFFF)
    if address in _TEREDO:
        inside += [number >> 64 & 0xFFFFFFFF, ~number & 0xFFFFFFFF]
    return tuple(ipaddress.IPv4Address(each) for each in inside)
