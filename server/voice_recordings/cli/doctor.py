"""`voice-recordings doctor`: whether a server with these settings would be well."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import click

from voice_recordings.cli.settings import settings_options
from voice_recordings.clock import Clock, SystemClock
from voice_recordings.config import Settings, read_secret
from voice_recordings.errors import ConfigurationError, VoiceRecordingsError
from voice_recordings.recorder.housekeeping import GRACE, Housekeeper
from voice_recordings.recordings.ports import MediaStore, RecordingStore
from voice_recordings.storage.examination import clock_difference, examined, free_share
from voice_recordings.storage.opening import MEMORY, open_media, refuse_what_would_be_swept

_GIBIBYTE = 1024**3
_ENOUGH_SHARE = 0.1
_ENOUGH_BYTES = 10 * _GIBIBYTE
_CLOCK_TOLERANCE = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one look found; `ok` is false for what has to be seen to."""

    subject: str
    ok: bool
    said: str


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@settings_options
def command(*, as_json: bool, **values: Any) -> None:
    """Look whether a server with these flags would be well; change nothing.

    It may be asked while the server runs. Exit status 1 if anything has to be
    seen to.
    """
    well = asyncio.run(_examine(values, _printer(as_json=as_json)))
    raise SystemExit(0 if well else 1)


async def _examine(values: dict[str, Any], show: Callable[[Verdict], None]) -> bool:
    well = True
    async for verdict in _verdicts(values):
        show(verdict)
        well = well and verdict.ok
    return well


async def _verdicts(values: dict[str, Any]) -> AsyncIterator[Verdict]:
    try:
        settings = Settings(**values)
        secret = settings.secret_path
        if secret is not None and (settings.secret_file or secret.exists()):
            read_secret(secret)
    except ConfigurationError as error:
        yield Verdict("configuration", ok=False, said=error.message)
        return
    store, media = _scheme(settings.store_address), _scheme(settings.media_address)
    yield Verdict("configuration", ok=True, said=f"rows in {store}, audio in {media}")
    clock = SystemClock()
    try:
        async with (
            examined(settings.store_address, clock) as recordings,
            open_media(settings.media_address) as (objects, _),
        ):
            yield Verdict("database", ok=True, said=_state(recordings, settings))
            yield await _clock(settings, clock)
            yield Verdict("media", ok=True, said="can be written to")
            await refuse_what_would_be_swept(settings.store_address, settings.media_address)
            if recordings is not None:
                for verdict in await _audio(recordings, objects, clock):
                    yield verdict
    except ConfigurationError as error:
        yield Verdict("stores", ok=False, said=error.message)
    except VoiceRecordingsError as error:
        yield Verdict("stores", ok=False, said=f"{error.message} ({error.reason})")
    for address in dict.fromkeys((settings.store_address, settings.media_address)):
        if (free := free_share(address)) is not None:
            yield _space(address, *free)


def _state(recordings: RecordingStore | None, settings: Settings) -> str:
    if settings.store_address == MEMORY:
        return "memory: nothing outlives the process"
    return "is yet to be set up; the first start does" if recordings is None else "is up to date"


async def _clock(settings: Settings, clock: Clock) -> Verdict:
    ahead = await clock_difference(settings.store_address, clock.now())
    said = f"the database's is {ahead.total_seconds():+.1f} s from this machine's"
    if abs(ahead) > _CLOCK_TOLERANCE:
        said += ": set both by NTP; links and deadlines go by them"
    return Verdict("clock", ok=abs(ahead) <= _CLOCK_TOLERANCE, said=said)


async def _audio(
    recordings: RecordingStore, media: MediaStore, clock: Clock
) -> tuple[Verdict, Verdict]:
    keeper = Housekeeper(recordings, media, clock)
    found = await keeper.sweep(clock.now() - GRACE, delete=False)
    orphans = Verdict(
        "orphans",
        ok=True,
        said=f"{found.orphans} of {found.folders} folders and {found.spare_objects} objects "
        "belong to nobody; the next sweep of a running server deletes them",
    )
    if not found.damaged:
        return orphans, Verdict("audio", ok=True, said="all there")
    names = ", ".join(str(recording.name) for recording in found.damaged[:10])
    said = f"{len(found.damaged)} damaged: restore the folder from a backup: {names}"
    return orphans, Verdict("audio", ok=False, said=said)


def _space(address: str, free_bytes: int, share: float) -> Verdict:
    enough = share >= _ENOUGH_SHARE or free_bytes >= _ENOUGH_BYTES
    said = f"{free_bytes / _GIBIBYTE:.1f} GiB free, {share:.0%}, at {address}"
    return Verdict("space", ok=enough, said=said if enough else said + ": make room")


def _scheme(address: str) -> str:
    return address.partition(":")[0]


def _printer(*, as_json: bool) -> Callable[[Verdict], None]:
    def show(verdict: Verdict) -> None:
        if as_json:
            click.echo(json.dumps(asdict(verdict)))
        else:
            mark = "ok  " if verdict.ok else "FAIL"
            click.echo(f"{mark}  {verdict.subject:14} {verdict.said}")

    return show
