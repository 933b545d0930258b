"""`voice-recordings serve`: everything in one process."""

import asyncio
import contextlib
import dataclasses
import json
import signal
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from voice_recordings.app import Running, running, settle
from voice_recordings.cli.welcome import welcome
from voice_recordings.config import Settings
from voice_recordings.errors import ConfigurationError
from voice_recordings.telemetry.logs import configure

_PREFIX = "VOICE_RECORDINGS_"
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def _settings_options(command: Callable[..., None]) -> Callable[..., None]:
    """Makes a flag and an environment variable of every field of `Settings`."""
    for setting in reversed(dataclasses.fields(Settings)):
        flag = "--" + setting.name.replace("_", "-")
        command = click.option(
            flag,
            setting.name,
            default=setting.default,
            show_default=setting.default is not None,
            envvar=_PREFIX + setting.name.upper(),
            help=setting.metadata["help"],
            **_kind(setting),
        )(command)
    return command


def _kind(setting: "dataclasses.Field[Any]") -> dict[str, Any]:
    if isinstance(setting.default, bool):
        return {"is_flag": True}
    if str(setting.metadata["metavar"]).startswith(("FILE", "DIR")):
        return {"type": click.Path(path_type=Path), "metavar": setting.metadata["metavar"]}
    kind = type(setting.default) if isinstance(setting.default, int | float) else str
    return {
        "type": kind,
        "multiple": isinstance(setting.default, tuple),
        "metavar": setting.metadata["metavar"],
    }


def _read_config(ctx: click.Context, _: click.Parameter, path: Path | None) -> None:
    """Makes the keys of a TOML file the defaults of the flags."""
    if path is None:
        return
    try:
        keys = tomllib.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise click.UsageError(f"--config {path} cannot be read: {error}") from error
    unknown = keys.keys() - {setting.name for setting in dataclasses.fields(Settings)}
    if unknown:
        raise click.UsageError(f"--config {path} has unknown keys: {', '.join(sorted(unknown))}")
    ctx.default_map = keys


@click.command("serve")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    is_eager=True,
    expose_value=False,
    callback=_read_config,
    envvar=_PREFIX + "CONFIG",
    metavar="FILE.toml",
    help="Read settings from this file: the flags' names with _ for -.",
)
@_settings_options
@click.option("--welcome", "with_welcome", is_flag=True, help="Print what to try next.")
def command(*, with_welcome: bool, **values: Any) -> None:
    """Run the server until SIGTERM or Ctrl-C.

    When it is ready it prints one line of JSON. Recordings are kept in memory
    and are gone with the process, unless --data-dir or --store and --media say
    where to keep them.
    """
    try:
        settings = Settings(**values)
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
            click.echo(welcome(server), err=True)
        await stop.wait()


def _announce(server: Running, ready_file: Path | None) -> None:
    line = json.dumps({"event": "ready", "grpc": server.grpc_address, "http": server.http_url})
    if ready_file is not None:
        # Whoever waits for the file never reads half of it.
        part = ready_file.with_name(ready_file.name + ".part")
        part.write_text(line + "\n")
        part.replace(ready_file)
    click.echo(line)
