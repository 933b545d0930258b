"""The URL a webhook goes to: read strictly, so that nobody reads it differently.

    url    = ("http" / "https") "://" host [":" port] ["/" path] ["?" query] ["#" fragment]
    host   = name / IPv4 of four decimal numbers / "[" IPv6 "]"

ASCII as in RFC 3986, and square brackets in the query. Not taken, though other
readers take them: user names and passwords (RFC 9110, 4.2.4), numbers for hosts
in any other spelling (`127.1`, `0x7f.1`, `2130706433`), IPv6 zones, unicode and
percent-encoded hosts.
"""

import ipaddress
import re
from dataclasses import dataclass

_URL = re.compile(
    r"""(?P<scheme>https?)://
        (?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)
        (?::(?P<port>[0-9]{1,5}))?
        (?P<target>(?:/[\w.~!$&'()*+,;=:@%/-]*)?(?:\?[\w.~!$&'()*+,;=:@%/?\[\]-]*)?)
        (?:\#[\w.~!$&'()*+,;=:@%/?-]*)?""",
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
# A host whose last part is a number is an address to somebody (WHATWG URL, 3.5).
_ENDS_IN_NUMBER = re.compile(r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)\.?$")
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?")
_DEFAULT_PORTS = {"http": 80, "https": 443}
LONGEST_CHARACTERS = 2048
_LONGEST_NAME = 254
_HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class WebhookUrl:
    """A URL as it is sent and signed, and the parts that decide whether it may be dialled.

    `host` is lower-case, without brackets and without a last dot.
    """

    text: str
    scheme: str
    host: str
    port: int


def parse(text: str) -> WebhookUrl:
    """Reads a URL; ValueError says what is wrong with it, never quoting its query.

    The result's text is what the receiver can see of it: host in lower case,
    no default port, a path of at least `/`, no fragment.
    """
    if len(text) > LONGEST_CHARACTERS:
        raise ValueError(f"is longer than {LONGEST_CHARACTERS} characters")
    match = _URL.fullmatch(text)
    if match is None:
        raise ValueError("is not an absolute http or https URI")
    scheme = match["scheme"].lower()
    written = match["host"].lower()
    port = int(match["port"] or _DEFAULT_PORTS[scheme])
    if not 0 < port <= _HIGHEST_PORT:
        raise ValueError("has no valid port")
    host = _host(written)
    target = match["target"]
    authority = f"[{host}]" if ":" in host else written
    if port != _DEFAULT_PORTS[scheme]:
        authority += f":{port}"
    target = target if target.startswith("/") else "/" + target
    return WebhookUrl(f"{scheme}://{authority}{target}", scheme, host, port)


def _host(written: str) -> str:
    if written.startswith("["):
        try:
            return str(ipaddress.IPv6Address(written[1:-1]))
        except ValueError as error:
            raise ValueError("has an invalid IPv6 address for a host") from error
    if _ENDS_IN_NUMBER.search(written):
        try:
            return str(ipaddress.IPv4Address(written))
        except ValueError as error:
            raise ValueError("has a number for a host that is not an IPv4 address") from error
    if len(written) > _LONGEST_NAME or not _NAME.fullmatch(written):
        raise ValueError("has an invalid host name")
    return written.removesuffix(".")
