"""The server's certificate and key, and whose clients' certificates it asks for."""

import hashlib
import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from voice_recordings.access.changes import Changes
from voice_recordings.errors import ConfigurationError

_BEGIN_OF_CERTIFICATE = "-----BEGIN CERTIFICATE-----"
_END_OF_CERTIFICATE = "-----END CERTIFICATE-----"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Certificates:
    """What was in the files at one time; PEM. Compared by identity when they are renewed."""

    chain: bytes
    key: bytes
    client_ca: bytes | None
    context: ssl.SSLContext

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the server's own certificate, in hexadecimal, as browsers show it."""
        first, end, _ = self.chain.decode("ascii", "replace").partition(_END_OF_CERTIFICATE)
        own = ssl.PEM_cert_to_DER_cert(first[first.find(_BEGIN_OF_CERTIFICATE) :] + end)
        return hashlib.sha256(own).hexdigest()


class Tls:
    """The certificates in force, which change as their files do."""

    def __init__(self, cert: Path, key: Path, client_ca: Path | None, changes: Changes) -> None:
        """With a client CA, only clients with a certificate from it get a connection.

        Raises `ConfigurationError`.
        """
        self._cert = cert
        self._key = key
        self._client_ca = client_ca
        self.asks_clients = client_ca is not None
        self._changes = changes
        self.current = self._read()
        changes.certificate(cert, self.current.fingerprint, at_start=True)

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files to watch."""
        return tuple(path for path in (self._cert, self._key, self._client_ca) if path)

    def reload(self) -> Callable[[], None]:
        """Reads the files; gives what puts them in force for new connections.

        Another certificate is in the audit trail by then. Raises `ConfigurationError`.
        """
        certificates = self._read()
        if certificates.fingerprint != self.current.fingerprint:
            self._changes.certificate(self._cert, certificates.fingerprint, at_start=False)

        def put_in_force() -> None:
            self.current = certificates

        return put_in_force

    def server_context(self) -> ssl.SSLContext:
        """A context whose new connections use the certificates in force."""
        context = self._read().context

        def choose(connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
            connection.context = self.current.context

        # Called for clients that name no server too.
        context.sni_callback = choose
        return context

    def _read(self) -> Certificates:
        files = self._files()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        try:
            context.load_cert_chain(self._cert, self._key, password=_no_password)
            if self._client_ca is not None:
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(self._client_ca)
        except (ssl.SSLError, OSError) as error:
            raise ConfigurationError(
                f"--tls-cert {self._cert}, --tls-key {self._key} or --tls-client-ca "
                f"{self._client_ca or 'FILE'} cannot be used: {error}"
            ) from error
        # The context reads from paths alone, and gRPC from bytes: both must have seen the same.
        if files != self._files():
            raise ConfigurationError("the TLS files changed while they were read")
        chain, key, client_ca = files
        return Certificates(chain or b"", key or b"", client_ca, context)

    def _files(self) -> tuple[bytes | None, ...]:
        try:
            return tuple(
                path.read_bytes() if path else None
                for path in (self._cert, self._key, self._client_ca)
            )
        except OSError as error:
            raise ConfigurationError(f"a TLS file cannot be read: {error}") from error


def _no_password() -> str:
    """Stands where OpenSSL would ask on the terminal."""
    raise ConfigurationError("--tls-key is encrypted; give one that is not")
