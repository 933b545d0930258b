"""What stands behind the doors, put together."""

import asyncio
import importlib
import os
import ssl
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING

from voice_recordings.access.keys import Keyring
from voice_recordings.access.links import Links
from voice_recordings.access.page_tokens import PageTokens
from voice_recordings.audio.silence import Thresholds
from voice_recordings.clock import Clock
from voice_recordings.config import Settings
from voice_recordings.http.media import link_maker
from voice_recordings.recorder.commit_rounds import CommitRounds
from voice_recordings.recorder.compaction import Compactor
from voice_recordings.recorder.decoding.decoders import Decoders
from voice_recordings.recorder.downloads import SelectiveLinkMaker
from voice_recordings.recorder.encoded import EncodedFiles
from voice_recordings.recorder.imports import Importer
from voice_recordings.recorder.live_session import Desk, LiveSettings
from voice_recordings.recorder.live_sessions import LiveSessions
from voice_recordings.recorder.processing import Stores
from voice_recordings.recorder.workers import Workers
from voice_recordings.recordings.ids import uuid7
from voice_recordings.recordings.outbox import Outbox
from voice_recordings.recordings.ports import MediaStore, ObjectJoiner, RecordingStore
from voice_recordings.recordings.recording import Recording
from voice_recordings.rpc.webhook_messages import body_encoder
from voice_recordings.storage.opening import OpenStores
from voice_recordings.telemetry.tracing import Tracing
from voice_recordings.webhooks.deliverer import SCAN, Deliverer
from voice_recordings.webhooks.reply import OpenPoster, Poster
from voice_recordings.webhooks.signing import project_keys

if TYPE_CHECKING:
    from voice_recordings.emulator.emulation import Emulation

WebhookKeys = Callable[[str], Sequence[bytes]]

_ETAG_BYTES = 12
_ENCODER_NICENESS = 5


@dataclass(frozen=True, slots=True)
class Parts:
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
    joiner: ObjectJoiner | None
    compactor: Compactor | None

    async def break_off(self, deleted: Recording) -> None:
        """Stops what is under way for a recording that has been deleted."""
        await self.sessions.drop(deleted)
        await self.deliverer.forget(deleted.name)


def build(
    settings: Settings,
    stores: OpenStores,
    clock: Clock,
    keyring: Keyring,
    public_url: str,
    *,
    tracing: Tracing,
    emulation: "Emulation | None",
) -> Parts:
    """The parts, each given what it needs; nothing runs yet."""
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
        tracing=tracing,
    )
    recordings, media, spool = stores.recordings, stores.media, stores.spool
    files = EncodedFiles(spool, Decoders(clock, at_once=os.cpu_count() or 1))
    threads = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="audio", initializer=_give_way)
    compactor = None
    if stores.joiner is not None:
        compactor = Compactor(recordings, media, stores.joiner, clock, new_id)
    workers = Workers(
        recordings,
        Stores(spool, media, threads),
        clock,
        new_etag,
        files,
        deadlines=settings.deadlines,
        on_ended=deliverer.wake,
        on_succeeded=compactor.offer if compactor else lambda _: None,
        tracing=tracing,
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
        commit_seconds=max(settings.commit_seconds, spool.commit_seconds),
        producer_seconds=settings.producer_seconds,
        producer_seconds_of_project=settings.producer_seconds_of_project,
        max_sessions=settings.max_live_recordings,
        max_project_sessions=settings.max_project_live_recordings,
    )
    rounds = CommitRounds(clock, timedelta(seconds=live.commit_seconds))
    desk = Desk(recordings, workers, clock, live, rounds)
    sessions = LiveSessions(desk, spool, new_id=new_id, thresholds=thresholds)
    return Parts(
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
        joiner=stores.joiner,
        compactor=compactor,
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


def _give_way() -> None:
    """Lets this thread encode with what the event loop and the disk leave of the processor."""
    # Linux counts niceness thread by thread; elsewhere it is the whole process's.
    if sys.platform == "linux":
        os.nice(_ENCODER_NICENESS)
