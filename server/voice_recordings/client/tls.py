"""TLS as clients speak it, and where they need it."""

import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import grpc

from voice_recordings.client.errors import ServiceError


@dataclass(frozen=True, slots=True)
class Tls:
    """What TLS needs beside the system's authorities; PEM files."""

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None

    def context(self) -> ssl.SSLContext:
        """For HTTP; raises `ServiceError`."""
        try:
            context = ssl.create_default_context(cafile=self.ca)
            if self.cert is not None:
                context.load_cert_chain(self.cert, self.key)
        except OSError as error:
            raise ServiceError("INVALID_ARGUMENT", f"a TLS file cannot be used: {error}") from error
        return context

    def credentials(self) -> grpc.ChannelCredentials:
        """For gRPC; raises `ServiceError`."""
        try:
            ca, cert, key = (
                path.read_bytes() if path else None for path in (self.ca, self.cert, self.key)
            )
        except OSError as error:
            raise ServiceError("INVALID_ARGUMENT", f"a TLS file cannot be read: {error}") from error
        return grpc.ssl_channel_credentials(ca, key, cert)


def split_endpoint(endpoint: str, tls: Tls | None) -> tuple[str, Tls | None]:
    """HOST:PORT, and the TLS to speak there; None where it is not spoken.

    It is spoken with https://HOST:PORT, and where `tls` is given. Raises `ServiceError`.
    """
    scheme, separator, target = endpoint.rpartition("://")
    if separator and scheme not in ("http", "https"):
        raise ServiceError("INVALID_ARGUMENT", f"{scheme}:// is neither http:// nor https://")
    if scheme == "https":
        tls = tls or Tls()
    return target.rstrip("/"), None if scheme == "http" else tls


def check_confidential(target: str) -> None:
    """Raises `ServiceError` where others could read on the way what is not encrypted."""
    if not is_loopback(host_of(target)):
        raise ServiceError(
            "FAILED_PRECONDITION",
            f"credentials are not sent to {target} without TLS",
            advice=f"Use https://{target}.",
        )


def is_loopback(host: str | None) -> bool:
    """Whether only this machine is at this host."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def host_of(target: str) -> str | None:
    """The host of HOST:PORT."""
    try:
        return urlsplit(f"//{target}").hostname
    except ValueError:
        return None
