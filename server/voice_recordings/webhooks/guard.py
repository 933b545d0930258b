"""The guard at the socket: the address that is checked is the address that is dialled.

Names are not judged: a name's answer may change between a check and the
connection. The HTTP client asks for a socket once it has an address in hand,
and gets none for an address that is closed.
"""

import ipaddress
import logging
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from voice_recordings.webhooks.addresses import Network, refusal

_log = logging.getLogger(__name__)

_LOOPBACK: tuple[Network, ...] = (
    ipaddress.IPv4Network("127.0.0.0/8"),
    ipaddress.IPv6Network("::1/128"),
)
_ANYWHERE: tuple[Network, ...] = (
    ipaddress.IPv4Network("0.0.0.0/0"),
    ipaddress.IPv6Network("::/0"),
)


class AddressRefused(OSError):
    """Webhooks are not sent to this address."""


@dataclass(frozen=True, slots=True)
class OutboundPolicy:
    """What the operator has opened beside the public internet.

    Behind a name in `names` (lower case, no last dot) every address is open but
    cloud metadata.
    """

    networks: tuple[Network, ...] = ()
    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, allowed: Iterable[str], *, loopback: bool = False) -> "OutboundPolicy":
        """Reads `--webhook-allow` values: a network in CIDR form, an address, or a name.

        Raises ValueError for what is none of them.
        """
        networks: list[Network] = list(_LOOPBACK) if loopback else []
        names = set()
        for text in allowed:
            if _looks_like_network(text):
                networks.append(ipaddress.ip_network(text))
            else:
                names.add(text.lower().removesuffix("."))
        return cls(tuple(networks), frozenset(names))

    def opened(self, host: str) -> tuple[Network, ...]:
        """The networks open to a URL with this host."""
        return _ANYWHERE if host in self.names else self.networks


@dataclass(frozen=True, slots=True)
class GuardedSockets:
    """Makes sockets to dial with, for open addresses only; raises AddressRefused for others.

    A `socket_factory` of aiohttp's connector.
    """

    opened: tuple[Network, ...]

    def __call__(self, info: tuple[Any, ...]) -> socket.socket:
        """Takes an entry of `getaddrinfo`."""
        family, kind, protocol, _, address = info
        if why := refusal(address[0], self.opened):
            # What is wrong stays out of the message: it would tell whoever chose
            # the URL what a name resolves to in here.
            _log.info("webhook address refused", extra={"address": address[0], "why": why})
            raise AddressRefused("the address is closed to webhooks")
        return socket.socket(family, kind, protocol)


def _looks_like_network(text: str) -> bool:
    return "/" in text or ":" in text or text.replace(".", "").isdigit()
