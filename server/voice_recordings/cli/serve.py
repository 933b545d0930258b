"""`voice-recordings serve`: everything in one process."""

import asyncio
import contextlib
import json
import signal
from pathlib import Path
from typing import Any

import click

from voice_recordings.app import Running, running, settle
from voice_recordings.cli.settings import settings_from, settings_options
from voice_recordings.cli.welcome import welcome
from voice_recordings.config import Settings
from voice_recordings.errors import ConfigurationError
from voice_recordings.telemetry.logs import configure

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@click.command("serve")
@settings_options
@click.option("--welcome", "with_welcome", is_flag=True, help="Print what to try next.")
def command(*, with_welcome: bool, **values: Any) -> None:
    """Run the server until SIGTERM or Ctrl-C.

    When it is ready it prints one line of JSON. Recordings are kept in memory
    and are gone with the process, unless --data-dir or --store and --media say
    where to keep them.
    """
    settings = settings_from(values)
    try:
        configure(settings.log_level, settings.log_format)
        _run(settings, with_welcome=with_welcome)
    except ConfigurationError as error:
        raise click.UsageError(error.message) from error


def _run(settings: Settings, *, with_welcome: bool) -> None:
    # uvloop is the default where it exists; Windows goes without.
    factory = None
    with contextlib.suppress(ImportError):
        import uvloop  # noqa: PLC0415 - not there on every platform

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(_serve(settings, with_welcome=with_welcome))


async def _serve(settings: Settings, *, with_welcome: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def end() -> None:
        # A second signal finds the default action, which is quick.
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
        stop.set()

    for number in _SIGNALS:
        loop.add_signal_handler(number, end)
    async with running(settings) as server:
        settle()
        _announce(server, settings.ready_file)
        if with_welcome:
            click.echo(welcome(server, settings), err=True)
        ends: set[asyncio.Future[Any]] = {asyncio.ensure_future(stop.wait()), server.broken}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if server.broken.done():
            raise server.broken.result()


def _announce(server: Running, ready_file: Path | None) -> None:
    line = json.dumps({"event": "ready", "grpc": server.grpc_address, "http": server.http_url})
    if ready_file is not None:
        # Whoever waits for the file never reads half of it.
        part = ready_file.with_name(ready_file.name + ".part")
        try:
            part.write_text(line + "\n")
            part.replace(ready_file)
        except OSError as error:
            raise ConfigurationError(
                f"--ready-file {ready_file} cannot be written: {error.strerror}"
            ) from error
    click.echo(line)
