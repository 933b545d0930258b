"""`voice-recordings emulate -- COMMAND`: an emulator for as long as a command runs."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import click
import grpc

from voice_recordings.app import Running, running
from voice_recordings.config import Settings
from voice_recordings.errors import ConfigurationError
from voicerecordings.emulator.v1 import emulator_pb2_grpc, state_pb2

_PIECE_BYTES = 256 * 1024
# What shells say of a command that is not there, or that cannot be run.
_NOT_FOUND = 127
_NOT_EXECUTABLE = 126
_KILLED = 128


# What stands behind the command is its own, with two dashes before it or without.
@click.command("emulate", context_settings={"allow_interspersed_args": False})
@click.option(
    "--grpc-address",
    default="127.0.0.1:0",
    show_default=True,
    metavar="HOST:PORT",
    help="Where gRPC is served; port 0 picks a free one.",
)
@click.option(
    "--http-address",
    default="127.0.0.1:0",
    show_default=True,
    metavar="HOST:PORT",
    help="Where REST and downloads are served; port 0 picks a free one.",
)
@click.option(
    "--auth",
    type=click.Choice(["off", "permissive", "required"]),
    default="off",
    show_default=True,
    help="Whether callers are asked who they are; permissive takes any token.",
)
@click.option(
    "--import",
    "import_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Begin with what this file holds.",
)
@click.option(
    "--export-on-exit",
    "export_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write everything to this file when the command has ended.",
)
@click.argument(
    "command_line", nargs=-1, required=True, type=click.UNPROCESSED, metavar="COMMAND..."
)
def command(
    *,
    grpc_address: str,
    http_address: str,
    auth: str,
    import_file: Path | None,
    export_file: Path | None,
    command_line: Sequence[str],
) -> None:
    """Run COMMAND beside an emulator, and exit with its status.

    It finds the emulator by VOICE_RECORDINGS_EMULATOR_HOST (gRPC) and
    VOICE_RECORDINGS_EMULATOR_URL (REST).
    """
    if export_file is not None and not export_file.absolute().parent.is_dir():
        # Told before the command has run for nothing.
        raise click.UsageError(f"--export-on-exit {export_file}: there is no such folder")
    try:
        settings = Settings(
            grpc_address=grpc_address,
            http_address=http_address,
            auth=auth,
            emulator=True,
            grace_seconds=1.0,
        )
        state = import_file.read_bytes() if import_file else None
        sys.exit(asyncio.run(_emulate(settings, command_line, state, export_file)))
    except ConfigurationError as error:
        raise click.UsageError(error.message) from error
    except grpc.aio.AioRpcError as error:
        raise click.ClickException(f"--import: {error.details()}") from error
    except OSError as error:
        raise click.ClickException(str(error)) from error


async def _emulate(
    settings: Settings, command_line: Sequence[str], state: bytes | None, export_file: Path | None
) -> int:
    async with (
        running(settings) as server,
        grpc.aio.insecure_channel(server.grpc_address) as channel,
    ):
        controls = emulator_pb2_grpc.EmulatorStub(channel)
        if state is not None:
            await controls.ImportState(_pieces(state))
        status = await _run(command_line, server)
        if export_file is not None:
            await _export(controls, export_file)
    return status


async def _run(command_line: Sequence[str], server: Running) -> int:
    environment = {
        **os.environ,
        "VOICE_RECORDINGS_EMULATOR_HOST": server.grpc_address,
        "VOICE_RECORDINGS_EMULATOR_URL": server.http_url,
    }
    try:
        process = await asyncio.create_subprocess_exec(*command_line, env=environment)
    except FileNotFoundError:
        click.echo(f"Error: there is no command {command_line[0]}", err=True)
        return _NOT_FOUND
    except PermissionError:
        click.echo(f"Error: {command_line[0]} cannot be run", err=True)
        return _NOT_EXECUTABLE
    loop = asyncio.get_running_loop()
    # A terminal interrupts the command itself; whoever ends us means the command.
    loop.add_signal_handler(signal.SIGINT, lambda: None)
    loop.add_signal_handler(signal.SIGTERM, process.terminate)
    status = await process.wait()
    return status if status >= 0 else _KILLED - status


async def _pieces(data: bytes) -> AsyncIterator[state_pb2.ImportStateRequest]:
    for start in range(0, len(data), _PIECE_BYTES):
        request = state_pb2.ImportStateRequest()
        request.file.data = data[start : start + _PIECE_BYTES]
        yield request


async def _export(controls: "emulator_pb2_grpc.EmulatorAsyncStub", file: Path) -> None:
    part = file.with_name(file.name + ".part")
    pieces = [
        piece.file.data async for piece in controls.ExportState(state_pb2.ExportStateRequest())
    ]
    part.write_bytes(b"".join(pieces))
    part.replace(file)
