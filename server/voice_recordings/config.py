"""Every setting of the server: its default, its unit in the name, what it means.

The command line makes a flag of each, `--grpc-address`, an environment
variable, `VOICE_RECORDINGS_GRPC_ADDRESS`, and a key of the configuration file,
`grpc_address`. Flags beat the environment, and that beats the file.
"""

import ipaddress
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from voice_recordings.access.keys import SECRET_BYTES
from voice_recordings.audio.frames import FLOOR_DBFS
from voice_recordings.errors import ConfigurationError
from voice_recordings.recorder.deadlines import Deadlines, ProjectDeadlines
from voice_recordings.telemetry.logs import FORMATS, LEVELS
from voice_recordings.webhooks.guard import OutboundPolicy

_MAX_PORT = 65535
MEMORY = "memory:"
_RANGES = {
    "webhook_key_version": (1, 1_000_000),
    "processing_timeout_seconds": (1.0, 604_800.0),
    "trim_dbfs": (FLOOR_DBFS, 0.0),
    "empty_dbfs": (FLOOR_DBFS, 0.0),
    "commit_seconds": (0.01, 10.0),
    "producer_seconds": (1.0, 86_400.0),
    "max_live_recordings": (0, 1_000_000),
    "max_project_live_recordings": (0, 1_000_000),
    "grace_seconds": (0.0, 3600.0),
}
_ALL_INTERFACES = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound to


def _setting(default: Any, meaning: str, metavar: str | None = None) -> Any:
    return field(default=default, metadata={"help": meaning, "metavar": metavar})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a server is started with; raises `ConfigurationError` for what cannot be."""

    grpc_address: str = _setting(
        "127.0.0.1:50051", "Where gRPC is served; port 0 picks a free one.", "HOST:PORT"
    )
    http_address: str = _setting(
        "127.0.0.1:8080",
        "Where REST and downloads are served; port 0 picks a free one.",
        "HOST:PORT",
    )
    public_url: str | None = _setting(
        None, "What download links begin with; the bound HTTP address unless given.", "URL"
    )
    data_dir: Path | None = _setting(
        None,
        "Keep everything in this folder: short for --store and --media with SQLite and files "
        "in it, and a secret made there once.",
        "DIR",
    )
    store: str | None = _setting(
        None,
        "Where recordings are kept: memory:, sqlite:///PATH or postgresql://…; "
        "memory: unless given.",
        "ADDRESS",
    )
    media: str | None = _setting(
        None,
        "Where audio is kept: memory:, file:///PATH or s3://BUCKET/PREFIX; memory: unless given.",
        "ADDRESS",
    )
    media_redirect: bool = _setting(
        False,  # noqa: FBT003 - the default of a flag
        "Send downloads to the object store itself, by links of its own, where a file is one "
        "object there.",
    )
    secret_file: Path | None = _setting(
        None,
        "The secret that links, tokens and signing keys are derived from: 32 bytes or more. "
        "In memory one is made at start, and links end with the process.",
        "FILE",
    )
    previous_secret_file: Path | None = _setting(
        None,
        "Another secret whose links and tokens are accepted too, but not made: the old one, "
        "until all it signed has expired. It need not be there; both files may change while "
        "the server runs.",
        "FILE",
    )
    auth: str = _setting(
        "off",
        "Whether callers must say who they are; `required` needs --projects. An emulator knows "
        "`permissive` too, where any token will do, and has accounts of its own for `required`.",
        "off|required",
    )
    projects: Path | None = _setting(
        None,
        "The projects there are and who may do what in them; may change while the server runs.",
        "FILE.toml",
    )
    tls_cert: Path | None = _setting(
        None, "Serve both doors over TLS with this certificate chain, in PEM.", "FILE"
    )
    tls_key: Path | None = _setting(None, "The certificate's private key, in PEM.", "FILE")
    tls_client_ca: Path | None = _setting(
        None, "Serve only clients with a certificate from these authorities, in PEM.", "FILE"
    )
    insecure: bool = _setting(
        False,  # noqa: FBT003 - the default of a flag
        "Allow other machines to reach a server that asks nobody who they are.",
    )
    trim_dbfs: float = _setting(
        -50.0, "Trimming takes a frame for silence up to this root mean square.", "DBFS"
    )
    empty_dbfs: float = _setting(-60.0, "A recording with no sample above this is EMPTY.", "DBFS")
    processing_timeout_seconds: float = _setting(
        3600.0, "A recording whose audio is not processed in this time ends as TIMEOUT.", "SECONDS"
    )
    project_processing_timeout: tuple[str, ...] = _setting(
        (), "The same for one project; repeatable.", "PROJECT=SECONDS"
    )
    cors_origin: tuple[str, ...] = _setting(
        (), "Let pages of this origin call the REST API, or `*` for all; repeatable.", "ORIGIN"
    )
    webhook_allow: tuple[str, ...] = _setting(
        (),
        "Let webhooks go to this network, address or host name too; repeatable. Public addresses "
        "are open, and loopback while the server itself is bound to it or is an emulator.",
        "CIDR|NAME",
    )
    webhook_key_version: int = _setting(
        1, "Which version of a project's key webhooks are signed with.", "N"
    )
    project_webhook_key_version: tuple[str, ...] = _setting(
        (), "The same for one project; repeatable.", "PROJECT=N"
    )
    commit_seconds: float = _setting(
        0.25, "How long live audio waits, at most, before it is made safe.", "SECONDS"
    )
    producer_seconds: float = _setting(
        60.0, "A live recording is finished when nothing is heard for so long.", "SECONDS"
    )
    project_producer_seconds: tuple[str, ...] = _setting(
        (), "The same for one project; repeatable.", "PROJECT=SECONDS"
    )
    max_live_recordings: int = _setting(1000, "How many calls are recorded at once.", "COUNT")
    max_project_live_recordings: int = _setting(
        1000, "How many calls are recorded at once for one project.", "COUNT"
    )
    max_calls: int = _setting(
        1000, "How many calls are served at once; more are RESOURCE_EXHAUSTED.", "COUNT"
    )
    max_streams: int = _setting(
        2000, "How many imports and live streams are served at once.", "COUNT"
    )
    max_project_calls: int = _setting(
        1000, "How many calls are served at once for one project.", "COUNT"
    )
    max_project_streams: int = _setting(
        2000, "How many imports and live streams are served at once for one project.", "COUNT"
    )
    audit_file: Path | None = _setting(
        None,
        "Where it is written down who heard or deleted what; audit.jsonl in the data directory "
        "if there is one.",
        "FILE",
    )
    log_level: str = _setting("info", "What is logged: debug, info, warning or error.", "LEVEL")
    log_format: str = _setting("pretty", "How it is logged: pretty or json.", "FORMAT")
    emulator: bool = _setting(
        False,  # noqa: FBT003 - the default of a flag
        "Switch the test controls on: clock, simulated recordings, faults. Keeps everything in "
        "memory.",
    )
    grace_seconds: float = _setting(
        10.0, "How long running calls may take to finish at the end.", "SECONDS"
    )
    ready_file: Path | None = _setting(
        None, "Write the line that says the server is ready to this file too.", "FILE"
    )

    @property
    def audit_path(self) -> Path | None:
        """Where the audit trail is."""
        if self.audit_file is None and self.data_dir is not None:
            return self.data_dir / "audit.jsonl"
        return self.audit_file

    @property
    def secret_path(self) -> Path | None:
        """Where the secret is read from; None if it is made anew at each start."""
        if self.secret_file is None and self.data_dir is not None:
            return self.data_dir / "secret"
        return self.secret_file

    @property
    def store_address(self) -> str:
        """Where recordings are kept."""
        if self.store is None and self.data_dir is not None:
            return f"sqlite://{quote(str(self.data_dir.absolute() / 'recordings.db'))}"
        return self.store or MEMORY

    @property
    def media_address(self) -> str:
        """Where audio is kept."""
        if self.media is None and self.data_dir is not None:
            return f"file://{quote(str(self.data_dir.absolute() / 'media'))}"
        return self.media or MEMORY

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the server."""
        addresses = ("grpc_address", "http_address")
        return all(is_loopback(parse_address(name, getattr(self, name))[0]) for name in addresses)

    @property
    def outbound_policy(self) -> OutboundPolicy:
        """Where webhooks may go."""
        try:
            loopback = self.emulator or (self.is_local and self.auth == "off")
            return OutboundPolicy.of(self.webhook_allow, loopback=loopback)
        except ValueError as error:
            raise ConfigurationError(f"--webhook-allow: {error}") from error

    @property
    def deadlines(self) -> ProjectDeadlines:
        """How long recordings may stay pending."""
        return ProjectDeadlines(
            Deadlines(self.processing_timeout_seconds),
            {
                name: Deadlines(seconds)
                for name, seconds in self._of_projects("project_processing_timeout").items()
            },
        )

    @property
    def producer_seconds_of_project(self) -> Mapping[str, float]:
        """How long the producers of those projects may be silent that have their own figure."""
        return self._of_projects("project_producer_seconds")

    def webhook_key_version_of(self, project: str) -> int:
        """Which version of its key this project's webhooks are signed with."""
        versions = self._of_projects("project_webhook_key_version")
        return int(versions.get(project, self.webhook_key_version))

    def _of_projects(self, name: str) -> dict[str, float]:
        try:
            figures = dict(each.split("=", 1) for each in getattr(self, name))
            numbers = {project: float(figure) for project, figure in figures.items()}
        except ValueError:
            numbers = {"": 0.0}
        if not all(0 < each < math.inf for each in numbers.values()):
            raise ConfigurationError(f"{_flag(name)} must be PROJECT=NUMBER, above 0")
        return numbers

    def __post_init__(self) -> None:
        self._check_access()
        for name in ("grpc_address", "http_address"):
            host, _ = parse_address(name, getattr(self, name))
            if not is_loopback(host) and self.auth == "off" and not self.insecure:
                raise ConfigurationError(
                    f"{_flag(name)} {host} can be reached from other machines, and nobody is "
                    "asked who they are: bind to 127.0.0.1, ask with --auth required, or give "
                    "--insecure if your network keeps others out"
                )
        host, _ = parse_address("http_address", self.http_address)
        if host in _ALL_INTERFACES and not self.public_url:
            raise ConfigurationError(
                f"--http-address {host} is every interface: give --public-url, "
                "what download links are to begin with"
            )
        for name, choices in (("log_level", LEVELS), ("log_format", FORMATS)):
            if getattr(self, name) not in choices:
                raise ConfigurationError(f"{_flag(name)} must be one of {', '.join(choices)}")
        if self.public_url is not None:
            _check_url(self.public_url)
        self._check_stores()
        # Read here once, so that a mistake is told at start.
        _ = self.outbound_policy, self.deadlines, self.producer_seconds_of_project
        _ = self.webhook_key_version_of("")
        for name, (lowest, highest) in _RANGES.items():
            if not lowest <= getattr(self, name) <= highest:
                raise ConfigurationError(
                    f"{_flag(name)} must lie between {lowest:g} and {highest:g}"
                )

    def _check_stores(self) -> None:
        if self.emulator and (self.store_address, self.media_address) != (MEMORY, MEMORY):
            raise ConfigurationError(
                "--emulator keeps everything in memory: give no --data-dir, --store or --media"
            )
        if (self.store_address == MEMORY) != (self.media_address == MEMORY):
            raise ConfigurationError(
                "--store and --media must both be memory: or both be kept: rows without "
                "their audio, or audio without its rows, are of no use"
            )
        if self.store_address != MEMORY and not (self.data_dir or self.secret_file):
            raise ConfigurationError(
                "links and signatures must outlive the process as recordings do: give "
                "--secret-file, or --data-dir, where one is made"
            )

    def _check_access(self) -> None:
        if self.auth == "permissive" and not self.emulator:
            raise ConfigurationError("--auth permissive lets anybody in: it needs --emulator")
        if self.auth not in ("off", "required", "permissive"):
            raise ConfigurationError(f"--auth must be off or required, not {self.auth!r}")
        if self.auth == "required" and self.projects is None and not self.emulator:
            raise ConfigurationError(
                "--auth required needs --projects FILE.toml, which says who may do what; "
                "make one with: voice-recordings projects create PROJECT --projects FILE.toml"
            )
        if self.previous_secret_file and not self.secret_path:
            raise ConfigurationError("--previous-secret-file needs --secret-file or --data-dir")
        if bool(self.tls_cert) != bool(self.tls_key):
            raise ConfigurationError("--tls-cert and --tls-key go together")
        if self.auth != "off" and self.emulator and not self.is_local:
            raise ConfigurationError(
                f"--emulator lets anybody hold the clock and plan faults: with --auth {self.auth} "
                "bind to 127.0.0.1"
            )
        if self.tls_client_ca and not self.tls_cert:
            raise ConfigurationError("--tls-client-ca needs --tls-cert and --tls-key")


def read_secret(file: Path | None, flag: str = "--secret-file") -> bytes:
    """The secret in the file, or a new one without; raises `ConfigurationError`."""
    if file is None:
        return os.urandom(SECRET_BYTES)
    try:
        secret = file.read_bytes().strip()
    except OSError as error:
        raise ConfigurationError(f"{flag} cannot be read: {error}") from error
    if len(secret) < SECRET_BYTES:
        raise ConfigurationError(
            f"{flag} {file} holds {len(secret)} bytes and needs {SECRET_BYTES}; "
            f"make one with: head -c 32 /dev/urandom | base64 > {file}"
        )
    return secret


def parse_address(name: str, text: str) -> tuple[str, int]:
    """Splits HOST:PORT, where an IPv6 host stands in brackets; raises `ConfigurationError`."""
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > _MAX_PORT:
        raise ConfigurationError(f"{_flag(name)} must be HOST:PORT, not {text!r}")
    return host, int(port)


def join_address(host: str, port: int) -> str:
    """HOST:PORT, with brackets around an IPv6 host."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_url(text: str) -> None:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        usable = usable and not parts.query and not parts.fragment
    except ValueError:
        usable = False
    if not usable:
        raise ConfigurationError(f"--public-url must be an http or https URL, not {text!r}")


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")
