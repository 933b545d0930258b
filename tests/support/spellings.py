"""The many ways to write an address that webhooks must not reach."""

import ipaddress

# Addresses on every kind of closed network, the loopback ones first.
LOOPBACK = ("127.0.0.1", "127.1.2.3", "0.0.0.0")
FORBIDDEN = (
    *LOOPBACK,
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "169.254.169.254",
    "172.31.255.254",
    "192.168.1.1",
    "198.18.0.1",
)


def of(address: str) -> dict[str, str]:
    """Hosts, as they stand in a URL, that mean this address to somebody; by how they are made."""
    number = int(ipaddress.IPv4Address(address))
    a, b, c, d = (int(part) for part in address.split("."))
    high, low = number >> 16, number & 0xFFFF
    wide = address.translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    arabic = address.translate({ord(str(n)): chr(0x660 + n) for n in range(10)})
    circled = address.translate(
        {ord("0"): "⓪"} | {ord(str(n)): chr(0x2460 + n - 1) for n in range(1, 10)}
    )
    return {
        "plain": address,
        "decimal": str(number),
        "octal": f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        "octal padded": f"{a:08o}.{b:08o}.{c:08o}.{d:08o}",
        "octal number": f"0{number:o}",
        "hex": f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}",
        "hex number": f"0x{number:x}",
        "hex upper case": f"0X{number:08X}",
        "hex and octal": f"0x{a:x}.{b}.0{c:o}.{d}",
        "two parts": f"{a}.{number & 0xFFFFFF}",
        "three parts": f"{a}.{b}.{low}",
        "zeros before": f"{a:03d}.{b:03d}.{c:03d}.{d:03d}",
        "dot after": address + ".",
        "decimal, dot after": f"{number}.",
        "mapped": f"[::ffff:{high:x}:{low:x}]",
        "mapped, dotted": f"[::ffff:{address}]",
        "mapped, long": f"[0000:0000:0000:0000:0000:ffff:{high:04x}:{low:04x}]",
        "mapped, upper case": f"[::FFFF:{address}]",
        "compatible": f"[::{high:x}:{low:x}]",
        "compatible, dotted": f"[::{address}]",
        "translated": f"[::ffff:0:{high:x}:{low:x}]",
        "NAT64": f"[64:ff9b::{high:x}:{low:x}]",
        "NAT64, dotted": f"[64:ff9b::{address}]",
        "NAT64 of one network": f"[64:ff9b:1::{high:x}:{low:x}]",
        "NAT64 with a prefix of 48": f"[64:ff9b:1:{high:x}:{c:x}:{d << 8:x}::]",
        "6to4": f"[2002:{high:x}:{low:x}::1]",
        "Teredo, client": f"[2001:0:808:808:0:0:{high ^ 0xFFFF:x}:{low ^ 0xFFFF:x}]",
        "Teredo, server": f"[2001:0:{high:x}:{low:x}::1]",
        "ISATAP": f"[fe80::5efe:{high:x}:{low:x}]",
        "mapped with a zone": f"[::ffff:{address}%25lo]",
        "full-width digits": wide,
        "full-width dots": address.replace(".", "\uff0e"),
        "ideographic dots": address.replace(".", "\u3002"),
        "arabic digits": arabic,
        "circled digits": circled,
        "percent-encoded": "".join(f"%{ord(letter):02x}" for letter in address),
        "percent-encoded dot": address.replace(".", "%2e"),
        "a name before": f"app.example@{address}",
        "a name and a word before": f"app.example:word@{address}",
        "an encoded name before": f"app.example%00@{address}",
        "a backslash before": f"app.example\\@{address}",
        "a blank before": f" {address}",
        "a soft hyphen": f"{address[0]}\u00ad{address[1:]}",
        "a zero byte after": f"{address}%00.app.example",
    }


# Addresses with no IPv4 form, as hosts stand in a URL.
IPV6 = (
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000::0001]",
    "[::1%25lo]",
    "[::1%lo]",
    "[::0.0.0.1]",
    "[fc00::1]",
    "[fd00::1]",
    "[fd12:3456:789a::1]",
    "[fd00:ec2::254]",
    "[fd00:ec2::23]",
    "[fd20:ce::254]",
    "[fd00:42::42]",
    "[fe80::1]",
    "[fe80::1%25eth0]",
    "[febf::1]",
    "[fec0::1]",
    "[feff::1]",
    "[ff02::1]",
    "[ff0e::1]",
    "[100::1]",
    "[100:0:0:1::1]",
    "[2001::1]",
    "[2001:2::1]",
    "[2001:10::1]",
    "[2001:20::1]",
    "[2001:db8::1]",
    "[2620:4f:8000::1]",
    "[3fff::1]",
    "[5f00::1]",
    "[64:ff9b::1]",
    "[64:ff9b:1::1]",
    "[4000::1]",
    "[8000::1]",
)
# IPv4 addresses at the edges of closed networks, and metadata on public ones.
IPV4 = (
    "0.0.0.1",
    "0.255.255.255",
    "10.255.255.255",
    "100.127.255.255",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.0.23",
    "169.254.42.42",
    "169.254.170.2",
    "169.254.170.23",
    "172.16.0.0",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.31.196.1",
    "192.52.193.1",
    "192.88.99.1",
    "192.175.48.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
)

ALL: dict[str, str] = (
    {f"{address}, {how}": host for address in FORBIDDEN for how, host in of(address).items()}
    | {host: host for host in IPV6}
    | {host: host for host in IPV4}
)
