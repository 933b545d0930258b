"""The commands, each imported when it is run: help and usage stay quick."""

import importlib

import click

# Command → module of this package that holds it as `command`.
_COMMANDS = {
    "serve": "serve",
    "emulate": "emulate",
    "record": "record",
    "import": "import_file",
    "get": "get",
    "list": "list_recordings",
    "show": "show",
    "delete": "delete",
    "download": "download",
    "wait": "wait",
    "webhooks": "webhooks",
    "healthcheck": "healthcheck",
    "descriptors": "descriptors",
    "projects": "projects",
    "service-accounts": "service_accounts",
    "migrate": "migrate",
    "doctor": "doctor",
    "demo": "demo",
    "openapi": "openapi",
    "gateway": "gateway",
    "envoy-config": "envoy_config",
}


class _Commands(click.Group):
    """A group whose commands are looked up in `_COMMANDS`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order of a recording's life."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"voice_recordings.cli.{_COMMANDS[cmd_name]}")
        command: click.Command = module.command
        return command


@click.group(
    cls=_Commands,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "auto_envvar_prefix": "VOICE_RECORDINGS",
        "max_content_width": 100,
    },
)
@click.version_option(package_name="voice-recordings")
def main() -> None:
    """Call recordings over gRPC and REST: the server, and commands to talk to it."""
