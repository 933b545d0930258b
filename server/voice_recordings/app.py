"""The one place that builds the parts, starts and stops them, and knows them all."""

import asyncio
import gc
import importlib
import os
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING

import grpc

from enfonica.voice.v1beta1 import recordings_pb2, recordings_pb2_grpc
from voice_recordings.access.keys import Keyring
from voice_recordings.access.links import Links
from voice_recordings.access.page_tokens import PageTokens
from voice_recordings.access.tls import Tls
from voice_recordings.audio.silence import Thresholds
from voice_recordings.clock import Clock, SystemClock
from voice_recordings.config import Settings, join_address, parse_address
from voice_recordings.errors import ConfigurationError
from voice_recordings.gateway import Cors, Description, Gateway
from voice_recordings.http.asgi import App
from voice_recordings.http.health import HealthDoor
from voice_recordings.http.media import MediaDoor, link_maker
from voice_recordings.http.metrics import MetricsDoor
from voice_recordings.http.server import HttpServer
from voice_recordings.http.site import Site
from voice_recordings.recorder.decoding.decoders import Decoders
from voice_recordings.recorder.downloads import SelectiveLinkMaker
from voice_recordings.recorder.encoded import EncodedFiles
from voice_recordings.recorder.imports import Importer
from voice_recordings.recorder.live_session import Desk, LiveSettings
from voice_recordings.recorder.live_sessions import LiveSessions
from voice_recordings.recorder.processing import Stores
from voice_recordings.recorder.removal import Remover
from voice_recordings.recorder.waveforms import Waveforms
from voice_recordings.recorder.workers import Workers
from voice_recordings.recordings.ids import uuid7
from voice_recordings.recordings.names import RecordingName
from voice_recordings.recordings.outbox import Outbox
from voice_recordings.recordings.ports import MediaStore, RecordingStore
from voice_recordings.rpc.admission_interceptor import AdmissionInterceptor, CallLimits
from voice_recordings.rpc.audit_interceptor import AuditInterceptor
from voice_recordings.rpc.deadline_interceptor import DeadlineInterceptor
from voice_recordings.rpc.error_interceptor import ErrorInterceptor
from voice_recordings.rpc.health import Health
from voice_recordings.rpc.recorder import RecorderServicer
from voice_recordings.rpc.recordings import RecordingsServicer
from voice_recordings.rpc.server import Registration, make_server
from voice_recordings.rpc.status import DOMAIN
from voice_recordings.rpc.telemetry_interceptor import TelemetryInterceptor
from voice_recordings.rpc.tls import server_credentials
from voice_recordings.rpc.webhook_messages import body_encoder
from voice_recordings.rpc.webhooks import WebhooksServicer
from voice_recordings.security import Guards, guarding
from voice_recordings.storage.opening import OpenStores, open_stores
from voice_recordings.storage.watched import watched
from voice_recordings.telemetry.audit import AuditTrail
from voice_recordings.telemetry.loop_lag import LoopLag
from voice_recordings.telemetry.metrics import Metrics
from voice_recordings.webhooks.deliverer import SCAN, Deliverer
from voice_recordings.webhooks.reply import OpenPoster, Poster
from voice_recordings.webhooks.signing import project_keys
from voicerecordings.recorder.v1 import (
    recorder_pb2,
    recorder_pb2_grpc,
    webhooks_pb2,
    webhooks_pb2_grpc,
)

if TYPE_CHECKING:
    from voice_recordings.emulator.emulation import Emulation

WebhookKeys = Callable[[str], Sequence[bytes]]

_LISTEN_BACKLOG = 2048
_ETAG_BYTES = 12
_ENCODER_NICENESS = 5
_GC_THRESHOLDS = (20_000, 20, 20)
SERVICES = (
    recordings_pb2.DESCRIPTOR.services_by_name["Recordings"].full_name,
    recorder_pb2.DESCRIPTOR.services_by_name["Recorder"].full_name,
    webhooks_pb2.DESCRIPTOR.services_by_name["Webhooks"].full_name,
)


def api_description() -> Description:
    """What the OpenAPI document says beside the routes."""
    return Description(
        title="voice-recordings",
        version=version("voice-recordings"),
        text="Call recordings: the audio of calls, kept as WAV and MP3.",
        descriptor_set=files("voicerecordings").joinpath("descriptors.binpb").read_bytes(),
        bearer_tokens=True,
    )


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers, and where."""

    grpc_address: str
    http_url: str


@asynccontextmanager
async def running(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Running]:
    """Runs a server on this event loop until the block ends, and then drains it.

    Raises `ConfigurationError`.
    """
    async with AsyncExitStack() as stack:
        emulation = _emulation() if settings.emulator else None
        clock = emulation.clock if emulation else clock or SystemClock()
        stack.push_async_callback(clock.close)
        metrics = Metrics()
        opened = await stack.enter_async_context(
            open_stores(settings.store_address, settings.media_address, clock)
        )
        stores = watched(opened, metrics)
        listener = stack.enter_context(_listen(settings))
        security = await stack.enter_async_context(guarding(settings, clock))
        http_url = f"{security.scheme}://{_bound(listener)}"
        public_url = (settings.public_url or http_url).rstrip("/")
        parts = _parts(settings, stores, clock, security.keyring, public_url, emulation=emulation)
        stack.callback(parts.threads.shutdown, wait=False, cancel_futures=True)
        stack.push_async_callback(parts.deliverer.close)
        stack.push_async_callback(parts.workers.close)
        registrations = _registrations(parts)
        metrics.live_sessions.set_function(lambda: len(parts.sessions))
        lag = LoopLag(metrics.loop_lag_seconds.observe)
        stack.callback(lag.stop)
        lag.start()
        guards = security.guards(public_url, SERVICES)
        audit = _audit_trail(settings, clock)
        stack.callback(audit.close)
        interceptors = _interceptors(settings, metrics, audit, guards)
        services = list(SERVICES)
        if emulation:
            registrations += (_controls(emulation, parts, opened),)
            interceptors.insert(0, emulation.interceptor())
            services.append(emulation.service_name)

        gateway = Gateway(
            interceptors=[TelemetryInterceptor(metrics, "rest"), *interceptors],
            error_domain=DOMAIN,
            description=api_description(),
            cors=Cors(settings.cors_origin) if settings.cors_origin else None,
        )
        for register in registrations:
            register(gateway)
        health = Health(services)
        site: App = Site(
            media=MediaDoor(
                parts.recordings,
                parts.media,
                parts.links,
                clock,
                audit=audit,
                has_project=guards.has_project,
                sent=metrics.downloaded_bytes.inc,
            ),
            health=HealthDoor(lambda: health.serving),
            metrics=MetricsDoor(metrics),
            rest=gateway,
            token=guards.token,
        )
        if emulation:
            site = emulation.around(site)
        http = HttpServer(
            site, listener, grace_seconds=round(settings.grace_seconds), tls=security.tls
        )
        server = make_server(
            [TelemetryInterceptor(metrics, "grpc"), *interceptors], registrations, services, health
        )
        grpc_address = _bind(server, settings, security.tls)
        security.watch()

        stack.push_async_callback(_close_doors, server, http, settings.grace_seconds)
        await server.start()
        await http.start()
        await parts.workers.take_over()
        parts.deliverer.wake()
        if emulation:
            # Before the doors close too: what a fault holds would keep them open.
            stack.callback(emulation.close)
        # Before the doors close, so that producers are told and nobody waits for them.
        stack.push_async_callback(parts.sessions.drain)
        stack.push_async_callback(health.give_notice)
        await health.set(serving=True)
        yield Running(grpc_address, http_url)


def settle() -> None:
    """Spares the garbage collector what was made at the start and lives as long as the process.

    For a process that is a server and nothing else, once it runs: under load
    the collector takes a tenth of the processor otherwise.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What stands behind the doors."""

    recordings: RecordingStore
    outbox: Outbox
    media: MediaStore
    links: Links
    link: SelectiveLinkMaker
    page_tokens: PageTokens
    workers: Workers
    importer: Importer
    sessions: LiveSessions
    deliverer: Deliverer
    clock: Clock
    threads: ThreadPoolExecutor
    webhook_keys: WebhookKeys
    new_id: Callable[[], str]
    new_etag: Callable[[], str]
    thresholds: Thresholds

    async def break_off(self, name: RecordingName) -> None:
        """Stops what is under way for a recording that has been deleted."""
        await self.sessions.drop(name)
        await self.deliverer.forget(name)


def _parts(
    settings: Settings,
    stores: OpenStores,
    clock: Clock,
    keyring: Keyring,
    public_url: str,
    *,
    emulation: "Emulation | None",
) -> _Parts:
    links = Links(keyring)
    link = link_maker(links, public_url, clock)
    open_poster = _open_poster(settings)
    random_bytes: Callable[[int], bytes] = os.urandom
    if emulation:
        link = emulation.watched_links(link)
        open_poster = emulation.watched_posters(open_poster)
        random_bytes = emulation.random_bytes

    def webhook_keys(project: str) -> tuple[bytes, ...]:
        return project_keys(keyring.webhook_key, project, settings.webhook_key_version_of(project))

    def new_id() -> str:
        return uuid7(clock.now(), random_bytes)

    def new_etag() -> str:
        return random_bytes(_ETAG_BYTES).hex()

    deliverer = Deliverer(
        stores.outbox,
        clock,
        encode=body_encoder(link),
        keys=webhook_keys,
        open_poster=open_poster,
        scan=SCAN if stores.shared else None,
    )
    recordings, media, spool = stores.recordings, stores.media, stores.spool
    files = EncodedFiles(spool, Decoders(clock, at_once=os.cpu_count() or 1))
    threads = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="audio", initializer=_give_way)
    workers = Workers(
        recordings,
        Stores(spool, media, threads),
        clock,
        new_etag,
        files,
        deadlines=settings.deadlines,
        on_ended=deliverer.wake,
    )
    thresholds = Thresholds(trim_dbfs=settings.trim_dbfs, empty_dbfs=settings.empty_dbfs)
    importer = Importer(
        recordings,
        spool,
        media,
        workers,
        clock,
        files=files,
        new_id=new_id,
        thresholds=thresholds,
    )
    live = LiveSettings(
        commit_seconds=settings.commit_seconds,
        producer_seconds=settings.producer_seconds,
        producer_seconds_of_project=settings.producer_seconds_of_project,
        max_sessions=settings.max_live_recordings,
    )
    sessions = LiveSessions(
        Desk(recordings, workers, clock, live), spool, new_id=new_id, thresholds=thresholds
    )
    return _Parts(
        recordings=recordings,
        outbox=stores.outbox,
        media=media,
        links=links,
        link=link,
        page_tokens=PageTokens(keyring),
        workers=workers,
        importer=importer,
        sessions=sessions,
        deliverer=deliverer,
        clock=clock,
        threads=threads,
        webhook_keys=webhook_keys,
        new_id=new_id,
        new_etag=new_etag,
        thresholds=thresholds,
    )


def _registrations(parts: _Parts) -> tuple[Registration, ...]:
    """Each service once; both doors are given the same servicers."""
    remover = Remover(parts.recordings, parts.media, parts.workers, on_deleted=parts.break_off)
    recordings = RecordingsServicer(parts.recordings, remover, parts.page_tokens, parts.link)
    webhooks = WebhooksServicer(parts.recordings, parts.outbox, parts.deliverer.wake)
    waveforms = Waveforms(parts.recordings, parts.media)
    recorder = RecorderServicer(
        parts.recordings, parts.importer, waveforms, parts.sessions, parts.clock, link=parts.link
    )
    return (
        partial(recordings_pb2_grpc.add_RecordingsServicer_to_server, recordings),
        partial(recorder_pb2_grpc.add_RecorderServicer_to_server, recorder),
        partial(webhooks_pb2_grpc.add_WebhooksServicer_to_server, webhooks),
    )


def _open_poster(settings: Settings) -> OpenPoster:
    async def open_poster() -> Poster:
        # At the first webhook: aiohttp costs a start 0.1 s and 10 MiB. On a
        # thread: reading it, and the certificates, would hold up all calls.
        client = await asyncio.to_thread(
            importlib.import_module, "voice_recordings.webhooks.client"
        )
        tls = await asyncio.to_thread(ssl.create_default_context)
        poster: Poster = client.WebhookClient(
            settings.outbound_policy,
            user_agent=f"voice-recordings/{version('voice-recordings')}",
            tls=tls,
        )
        return poster

    return open_poster


def _emulation() -> "Emulation":
    # Imported where it is asked for: no other server pays for it.
    from voice_recordings.emulator.emulation import Emulation  # noqa: PLC0415

    return Emulation(SERVICES)


def _controls(emulation: "Emulation", parts: _Parts, stores: OpenStores) -> Registration:
    """Has the emulation move in, and gives its service."""
    from voice_recordings.emulator.emulation import House  # noqa: PLC0415
    from voice_recordings.emulator.servicer import EmulatorServicer  # noqa: PLC0415
    from voice_recordings.emulator.state import memory_stores  # noqa: PLC0415
    from voicerecordings.emulator.v1 import emulator_pb2_grpc  # noqa: PLC0415

    async def drop(name: RecordingName) -> None:
        await parts.workers.drop(name)
        await parts.break_off(name)

    emulation.move_in(
        House(
            memory_stores(stores),
            threads=parts.threads,
            thresholds=parts.thresholds,
            new_id=parts.new_id,
            new_etag=parts.new_etag,
            wake_deliverer=parts.deliverer.wake,
            deliverer_rests=parts.deliverer.rested,
            drop=drop,
            webhook_keys=parts.webhook_keys,
            link=parts.link,
        )
    )
    return partial(emulator_pb2_grpc.add_EmulatorServicer_to_server, EmulatorServicer(emulation))


def _interceptors(
    settings: Settings, metrics: Metrics, audit: AuditTrail, guards: Guards
) -> list[grpc.aio.ServerInterceptor]:
    """What every call goes through at both doors, outermost first."""
    limits = CallLimits(
        unary_calls=settings.max_calls,
        streams=settings.max_streams,
        project_calls=settings.max_project_calls,
    )
    return [
        ErrorInterceptor(),
        # Before admission: whoever may not call takes nobody's place.
        *guards.interceptors,
        AdmissionInterceptor(limits, metrics),
        DeadlineInterceptor(),
        AuditInterceptor(audit),
    ]


def _audit_trail(settings: Settings, clock: Clock) -> AuditTrail:
    try:
        return AuditTrail(settings.audit_path, clock.now)
    except OSError as error:
        raise ConfigurationError(
            f"--audit-file {settings.audit_path} cannot be written: {error.strerror}"
        ) from error


async def _close_doors(server: grpc.aio.Server, http: HttpServer, grace_seconds: float) -> None:
    """Takes nothing new, and lets what runs finish, at both doors at once."""
    await asyncio.gather(server.stop(grace_seconds), http.stop())


def _give_way() -> None:
    """Lets this thread encode with what the event loop and the disk leave of the processor."""
    # Linux counts niceness thread by thread; elsewhere it is the whole process's.
    if sys.platform == "linux":
        os.nice(_ENCODER_NICENESS)


def _listen(settings: Settings) -> socket.socket:
    host, port = parse_address("http_address", settings.http_address)
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=_LISTEN_BACKLOG)
    except OSError as error:
        raise ConfigurationError(
            f"--http-address {settings.http_address} cannot be bound: {error.strerror}"
        ) from error


def _bound(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return join_address(host, port)


def _bind(server: grpc.aio.Server, settings: Settings, tls: Tls | None) -> str:
    host, port = parse_address("grpc_address", settings.grpc_address)
    address = join_address(host, port)
    try:
        if tls:
            return join_address(host, server.add_secure_port(address, server_credentials(tls)))
        return join_address(host, server.add_insecure_port(address))
    except RuntimeError as error:
        raise ConfigurationError(
            f"--grpc-address {settings.grpc_address} cannot be bound; is it in use?"
        ) from error
