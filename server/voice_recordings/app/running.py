"""Starting a server, and draining it at the end."""

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING

import grpc

from enfonica.voice.v1beta1 import recordings_pb2, recordings_pb2_grpc
from voice_recordings.app.addresses import bind, bound, listen
from voice_recordings.app.parts import Parts, build
from voice_recordings.app.security import Guards, guarding
from voice_recordings.app.tracing import tracing_of
from voice_recordings.clock import Clock, SystemClock, run_logged
from voice_recordings.config import Settings
from voice_recordings.errors import ConfigurationError
from voice_recordings.gateway import Cors, Description, Gateway
from voice_recordings.http.asgi import App
from voice_recordings.http.health import HealthDoor
from voice_recordings.http.media import MediaDoor
from voice_recordings.http.metrics import MetricsDoor
from voice_recordings.http.refusal import TurningAway
from voice_recordings.http.server import HttpServer
from voice_recordings.http.site import Site
from voice_recordings.http.turnstile import Turnstile
from voice_recordings.recorder.housekeeping import Housekeeper
from voice_recordings.recorder.removal import Remover
from voice_recordings.recorder.waveforms import Waveforms
from voice_recordings.recordings.recording import Recording
from voice_recordings.rpc.admission_interceptor import AdmissionInterceptor, CallLimits
from voice_recordings.rpc.audit_interceptor import AuditInterceptor
from voice_recordings.rpc.behaviours import Layers, WrappingInterceptor
from voice_recordings.rpc.deadline_interceptor import DeadlineInterceptor
from voice_recordings.rpc.encoded import EncodedInterceptor
from voice_recordings.rpc.error_interceptor import ErrorInterceptor
from voice_recordings.rpc.first_message_interceptor import FirstMessageInterceptor
from voice_recordings.rpc.health import Health
from voice_recordings.rpc.recorder import RecorderServicer
from voice_recordings.rpc.recordings import ENCODED, RecordingsServicer
from voice_recordings.rpc.server import Registration, make_server
from voice_recordings.rpc.status import DOMAIN
from voice_recordings.rpc.telemetry_interceptor import TelemetryInterceptor
from voice_recordings.rpc.webhooks import WebhooksServicer
from voice_recordings.storage.opening import MEMORY, OpenStores, open_stores
from voice_recordings.storage.watched import watched
from voice_recordings.telemetry.audit import AuditTrail
from voice_recordings.telemetry.loop_lag import LoopLag
from voice_recordings.telemetry.metrics import Metrics
from voice_recordings.telemetry.tracing import Tracing
from voicerecordings.recorder.v1 import (
    recorder_pb2,
    recorder_pb2_grpc,
    webhooks_pb2,
    webhooks_pb2_grpc,
)

if TYPE_CHECKING:
    from voice_recordings.emulator.emulation import Emulation

_GC_THRESHOLDS = (5_000, 20, 20)
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
    broken: "asyncio.Future[ConfigurationError]"
    """Comes when stored data turns out to be damaged, and the server has to be stopped."""


@asynccontextmanager
async def running(
    settings: Settings, clock: Clock | None = None, tracing: Tracing | None = None
) -> AsyncIterator[Running]:
    """Runs a server on this event loop until the block ends, and then drains it.

    Traces are kept by `tracing`, or else as the environment says.

    Raises `ConfigurationError`.
    """
    async with AsyncExitStack() as stack:
        emulation = _emulation() if settings.emulator else None
        clock = emulation.clock if emulation else clock or SystemClock()
        stack.push_async_callback(clock.close)
        metrics = Metrics()
        traces: Tracing = tracing or tracing_of(os.environ)
        stack.push_async_callback(asyncio.to_thread, traces.close)
        opened = await stack.enter_async_context(
            open_stores(
                settings.store_address,
                settings.media_address,
                clock,
                clock if emulation else None,
            )
        )
        stores = watched(opened, metrics)
        listener = stack.enter_context(listen(settings))
        audit = _audit_trail(settings, clock)
        stack.callback(audit.close)
        security = await stack.enter_async_context(guarding(settings, clock, audit))
        http_url = f"{security.scheme}://{bound(listener)}"
        public_url = (settings.public_url or http_url).rstrip("/")
        parts = build(
            settings,
            stores,
            clock,
            security.keyring,
            public_url,
            tracing=traces,
            emulation=emulation,
        )
        stack.callback(parts.threads.shutdown, wait=False, cancel_futures=True)
        stack.push_async_callback(parts.deliverer.close)
        stack.push_async_callback(parts.workers.close)
        registrations = _registrations(parts)
        stack.callback(_measure(parts, metrics).stop)
        guards = security.guards(public_url, SERVICES)
        layers = _layers(settings, clock, metrics, audit, guards)
        services = list(SERVICES)
        if emulation:
            registrations += (_controls(emulation, parts, opened, settings, public_url),)
            services.append(emulation.service_name)

        cors = Cors(settings.cors_origin) if settings.cors_origin else None
        gateway = Gateway(
            interceptors=_interceptors(
                TelemetryInterceptor(metrics, "rest", traces), layers, emulation
            ),
            error_domain=DOMAIN,
            description=api_description(),
            cors=cors,
        )
        for register in registrations:
            register(gateway)
        health = Health(services)
        site = _site(
            parts, gateway, health, metrics=metrics, audit=audit, guards=guards, settings=settings
        )
        if emulation:
            site = emulation.around(site)
        http = HttpServer(
            site,
            listener,
            grace_seconds=round(settings.grace_seconds),
            tls=security.tls,
            turnstile=Turnstile(metrics.calls_refused.labels("time").inc),
            turning_away=TurningAway(cors.headers if cors else None),
        )
        server = make_server(
            _interceptors(TelemetryInterceptor(metrics, "grpc", traces), layers, emulation),
            registrations,
            services,
            health,
        )
        grpc_address = bind(server, settings, security.tls)
        security.watch()

        stack.push_async_callback(_close_doors, server, http, settings.grace_seconds)
        await server.start()
        await http.start()
        # What a store that fails keeps from being taken over is so at the next scan.
        await run_logged("take-over", parts.workers.take_over)
        parts.deliverer.wake()
        if emulation:
            # Before the doors close too: what a fault holds would keep them open.
            stack.callback(emulation.close)
        # Before the doors close, so that producers are told and nobody waits for them.
        stack.push_async_callback(parts.sessions.drain)
        stack.push_async_callback(health.give_notice)
        await health.set(serving=True)
        yield Running(grpc_address, http_url, _keep_house(settings, stores, parts, stack))


def settle() -> None:
    """Spares the garbage collector what was made at the start and lives as long as the process.

    For a process that is a server and nothing else, once it runs: under load
    the collector takes a tenth of the processor otherwise.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)


def _keep_house(
    settings: Settings, stores: OpenStores, parts: Parts, stack: AsyncExitStack
) -> "asyncio.Future[ConfigurationError]":
    """Begins to sweep, and to look for damage; what comes of that is `Running.broken`."""
    # Memory has nothing that a process before this one could have left.
    if settings.media_address != MEMORY:
        keeper = Housekeeper(
            parts.recordings,
            parts.media,
            parts.clock,
            parts.compactor,
            parts.importer.uploads,
        )
        keeper.begin(shared=stores.shared)
    inspection = asyncio.ensure_future(stores.inspection())
    stack.callback(inspection.cancel)
    return inspection


def _registrations(parts: Parts) -> tuple[Registration, ...]:
    """Each service once; both doors are given the same servicers."""
    remover = Remover(parts.recordings, parts.media, parts.workers, on_deleted=parts.break_off)
    recordings = RecordingsServicer(parts.recordings, remover, parts.page_tokens, parts.link)
    webhooks = WebhooksServicer(parts.recordings, parts.outbox, parts.deliverer.wake)
    waveforms = Waveforms(parts.recordings, parts.media)
    recorder = RecorderServicer(
        parts.recordings, parts.importer, waveforms, parts.sessions, link=parts.link
    )
    return (
        partial(recordings_pb2_grpc.add_RecordingsServicer_to_server, recordings),
        partial(recorder_pb2_grpc.add_RecorderServicer_to_server, recorder),
        partial(webhooks_pb2_grpc.add_WebhooksServicer_to_server, webhooks),
    )


def _emulation() -> "Emulation":
    # Imported where it is asked for: no other server pays for it.
    from voice_recordings.emulator.emulation import Emulation  # noqa: PLC0415

    return Emulation(SERVICES)


def _controls(
    emulation: "Emulation",
    parts: Parts,
    stores: OpenStores,
    settings: Settings,
    public_url: str,
) -> Registration:
    """Has the emulation move in, and gives its service."""
    from voice_recordings.emulator.emulation import House  # noqa: PLC0415
    from voice_recordings.emulator.servicer import EmulatorServicer  # noqa: PLC0415
    from voice_recordings.emulator.state import memory_stores  # noqa: PLC0415
    from voicerecordings.emulator.v1 import emulator_pb2_grpc  # noqa: PLC0415

    async def drop(deleted: Recording) -> None:
        await parts.workers.drop(deleted)
        await parts.break_off(deleted)

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
            public_url=public_url,
            asks_callers=settings.auth == "required" and settings.projects is None,
        )
    )
    return partial(emulator_pb2_grpc.add_EmulatorServicer_to_server, EmulatorServicer(emulation))


def _site(
    parts: Parts,
    gateway: Gateway,
    health: Health,
    *,
    metrics: Metrics,
    audit: AuditTrail,
    guards: Guards,
    settings: Settings,
) -> App:
    """Everything on the HTTP address."""
    return Site(
        media=MediaDoor(
            parts.recordings,
            parts.media,
            parts.links,
            parts.clock,
            audit=audit,
            has_project=guards.has_project,
            sent=metrics.downloaded_bytes.inc,
            elsewhere=parts.joiner.link if settings.media_redirect and parts.joiner else None,
        ),
        health=HealthDoor(lambda: health.serving),
        metrics=MetricsDoor(metrics),
        rest=gateway,
        token=guards.token,
    )


def _measure(parts: Parts, metrics: Metrics) -> LoopLag:
    """Begins to measure what no call passes through."""
    metrics.live_sessions.set_function(lambda: len(parts.sessions))
    queued, deliverer = metrics.webhooks_queued, parts.deliverer
    queued.labels("under_way").set_function(lambda: deliverer.under_way)
    queued.labels("waiting").set_function(lambda: deliverer.waiting)
    lag = LoopLag(metrics.loop_lag_seconds.observe)
    lag.start()
    return lag


def _layers(
    settings: Settings, clock: Clock, metrics: Metrics, audit: AuditTrail, guards: Guards
) -> list[WrappingInterceptor]:
    """What every call goes through at both doors, outermost first."""
    limits = CallLimits(
        unary_calls=settings.max_calls,
        streams=settings.max_streams,
        project_calls=settings.max_project_calls,
        project_streams=settings.max_project_streams,
    )
    return [
        ErrorInterceptor(),
        FirstMessageInterceptor(clock),
        # Before admission: whoever may not call takes nobody's place.
        *guards.interceptors,
        AdmissionInterceptor(limits, metrics),
        DeadlineInterceptor(),
        AuditInterceptor(audit),
        EncodedInterceptor(ENCODED),
    ]


def _interceptors(
    telemetry: TelemetryInterceptor,
    layers: Sequence[WrappingInterceptor],
    emulation: "Emulation | None",
) -> list[grpc.aio.ServerInterceptor]:
    """All of it at one door; faults meet a call before all but who counts it."""
    if emulation is None:
        return [Layers(telemetry, *layers)]
    return [telemetry, emulation.interceptor(), Layers(*layers)]


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
