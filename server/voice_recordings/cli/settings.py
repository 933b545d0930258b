"""The server's settings as flags, environment variables and a file."""

import dataclasses
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from voice_recordings.config import Settings
from voice_recordings.errors import ConfigurationError

_PREFIX = "VOICE_RECORDINGS_"


def _flags(command: Callable[..., None]) -> Callable[..., None]:
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


def settings_options(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command --config and a flag for every setting."""
    config = click.option(
        "--config",
        type=click.Path(path_type=Path),
        is_eager=True,
        expose_value=False,
        callback=_read_config,
        envvar=_PREFIX + "CONFIG",
        metavar="FILE.toml",
        help="Read settings from this file: the flags' names with _ for -.",
    )
    return config(_flags(command))


def settings_from(values: Mapping[str, Any]) -> Settings:
    """The settings that the flags came to; ends the command if they cannot be."""
    try:
        return Settings(**values)
    except ConfigurationError as error:
        raise click.UsageError(error.message) from error
