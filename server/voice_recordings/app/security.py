"""What guards the doors: the secret, the projects file, the certificates. Built for `app`."""

import base64
import logging
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from voice_recordings.access.access_tokens import AccessTokens
from voice_recordings.access.authenticator import Authenticator, service_audiences
from voice_recordings.access.changes import Changes
from voice_recordings.access.exchange import TokenExchange
from voice_recordings.access.keys import SECRET_BYTES, Keyring
from voice_recordings.access.policy import Policy
from voice_recordings.access.projects import Projects
from voice_recordings.access.tls import Tls
from voice_recordings.access.used_assertions import UsedAssertions
from voice_recordings.access.watch import FileWatch
from voice_recordings.clock import Clock, SystemClock
from voice_recordings.config import Settings, is_loopback, parse_address, read_secret
from voice_recordings.errors import ConfigurationError
from voice_recordings.http.asgi import App
from voice_recordings.http.token import PATH, TokenDoor
from voice_recordings.rpc.access_interceptor import AccessInterceptor
from voice_recordings.rpc.behaviours import WrappingInterceptor
from voice_recordings.telemetry.audit import AuditTrail

# What Google-style generated clients name as the audience of the JWTs they sign themselves.
_PUBLISHERS_SERVICE = "https://voice.api.enfonica.com"

# Known to everybody: an emulator guards nothing, and what it signs repeats.
EMULATOR_SECRET = b"a voice-recordings emulator has no secrets"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Guards:
    """What stands at the doors; without authentication nothing does."""

    interceptors: tuple[WrappingInterceptor, ...] = ()
    token: App | None = None
    has_project: Callable[[str], bool] = lambda _: True


class Security:
    """Holds what callers are judged by, and renews it as its files change."""

    def __init__(self, settings: Settings, clock: Clock, world: Clock, audit: AuditTrail) -> None:
        """Tokens end by `clock`, files are looked at by `world`. Raises `ConfigurationError`."""
        self._settings = settings
        self._changes = Changes(audit)
        self._clock = clock
        self._world = world
        self._forget: Callable[[], None] = lambda: None
        self._used: UsedAssertions | None = None
        if settings.secret_file is None and settings.secret_path is not None:
            _make_secret_once(settings.secret_path)
        self.keyring = Keyring(*self._secrets())
        self._changes.secrets(settings.secret_path, self.keyring.key_ids, at_start=True)
        self.tls: Tls | None = None
        if settings.tls_cert and settings.tls_key:
            self.tls = Tls(
                settings.tls_cert, settings.tls_key, settings.tls_client_ca, self._changes
            )
        self._warn()

    @property
    def scheme(self) -> str:
        """What URLs of this server begin with."""
        return "https" if self.tls else "http"

    def guards(self, public_url: str, services: Sequence[str]) -> Guards:
        """What to put at the doors of these services; raises `ConfigurationError`."""
        path = self._settings.projects
        if self._settings.auth == "off":
            return Guards()
        if self._settings.auth == "permissive":
            # The emulator is imported where it is asked for: no other server pays for it.
            from voice_recordings.emulator.callers import (  # noqa: PLC0415
                Everybody,
                PermissiveAuthenticator,
            )

            everybody = Everybody()
            let_in = AccessInterceptor(PermissiveAuthenticator(), lambda: everybody, services)
            return Guards((let_in,))
        if path is None:
            from voice_recordings.emulator.callers import WellKnownAccounts  # noqa: PLC0415

            well_known = WellKnownAccounts()
            return self._asking(lambda: well_known, public_url, services)
        projects = Projects(path, self._changes)
        FileWatch("--projects", [path], projects.reload, self._world)
        guards = self._asking(projects.current, public_url, services)
        return replace(guards, has_project=lambda project: project in projects.policy.projects)

    def _asking(
        self, policy: Callable[[], Policy], public_url: str, services: Sequence[str]
    ) -> Guards:
        """Asks every caller for the proof that a policy's accounts have."""
        tokens = AccessTokens(self.keyring)
        audiences = service_audiences(public_url) | service_audiences(_PUBLISHERS_SERVICE)
        authenticator = Authenticator(tokens, policy, audiences, self._clock)
        self._forget = authenticator.forget
        self._used = self._used_assertions()
        exchange = TokenExchange(tokens, policy, self._used, public_url + PATH, self._clock)
        interceptor = AccessInterceptor(authenticator, policy, services)
        return Guards((interceptor,), TokenDoor(exchange))

    def close(self) -> None:
        """Closes what it keeps."""
        if self._used is not None:
            self._used.close()

    def _used_assertions(self) -> UsedAssertions:
        folder = self._settings.data_dir
        try:
            return UsedAssertions(self._clock.now(), folder and folder / "used-assertions")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(
                f"--data-dir {folder}: used-assertions cannot be kept there: {error}"
            ) from error

    def watch(self) -> None:
        """Follows the files of the secret and of TLS from now on."""
        settings = self._settings
        secrets = [file for file in (settings.secret_path, settings.previous_secret_file) if file]
        if secrets:
            FileWatch("--secret-file", secrets, self._reload_secrets, self._world)
        if self.tls:
            FileWatch("--tls-cert", self.tls.paths, self.tls.reload, self._world)

    def _secrets(self) -> tuple[bytes, bytes | None]:
        previous = self._settings.previous_secret_file
        # Between rotations there is none, and the flag can stay.
        kept = previous is not None and previous.exists()
        path, settings = self._settings.secret_path, self._settings
        fixed = path is None and settings.emulator and settings.auth == "off"
        return (
            EMULATOR_SECRET if fixed else read_secret(path),
            read_secret(previous, "--previous-secret-file") if kept else None,
        )

    def _reload_secrets(self) -> Callable[[], None]:
        secret, previous = self._secrets()
        key_ids = Keyring.ids_of(secret, previous)
        if key_ids != self.keyring.key_ids:
            self._changes.secrets(self._settings.secret_path, key_ids, at_start=False)
        return partial(self._rotate, secret, previous)

    def _rotate(self, secret: bytes, previous: bytes | None) -> None:
        self.keyring.rotate(secret, previous)
        self._forget()
        _log.info("secrets in use, by key id: %s", ", ".join(self.keyring.key_ids))

    def _warn(self) -> None:
        settings = self._settings
        for name in ("grpc_address", "http_address"):
            host, _ = parse_address(name, getattr(settings, name))
            if settings.auth == "required" and not self.tls and not is_loopback(host):
                _log.warning(
                    "%s can be reached without TLS: tokens and voices can be read on the way "
                    "unless a proxy in front encrypts them",
                    getattr(settings, name),
                )


@asynccontextmanager
async def guarding(settings: Settings, clock: Clock, audit: AuditTrail) -> AsyncIterator[Security]:
    """What guards a server, until the block ends; raises `ConfigurationError`."""
    # Files change in the world's time, also where the service's stands still.
    world = SystemClock()
    try:
        security = Security(settings, clock, world, audit)
        with closing(security):
            yield security
    finally:
        await world.close()


def _make_secret_once(file: Path) -> None:
    """Makes the secret of a data directory, whole and for its owner alone."""
    if file.exists():
        return
    part = file.with_name(f"{file.name}.part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as written:
            written.write(base64.b64encode(os.urandom(SECRET_BYTES)) + b"\n")
            written.flush()
            os.fsync(written.fileno())
        part.replace(file)
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be made: {error.strerror}") from error
