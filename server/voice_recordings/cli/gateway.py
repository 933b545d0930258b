"""`voice-recordings gateway`: REST in front of a gRPC server in any language."""

import asyncio
import json
import sys
from pathlib import Path

import click
import grpc
import uvicorn

from voice_recordings.cli.addresses import address
from voice_recordings.config import join_address
from voice_recordings.gateway import Cors, Description, DescriptorError, Gateway, RuleError


@click.command("gateway")
@click.option("--target", required=True, metavar="HOST:PORT", help="The server's gRPC address.")
@click.option(
    "--descriptor-set",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="What `protoc --include_imports --descriptor_set_out` wrote; reflection if left out.",
)
@click.option(
    "--service", "services", multiple=True, metavar="NAME", help="Only these; all if left out."
)
@click.option(
    "--http-address",
    default="127.0.0.1:8080",
    callback=address,
    show_default=True,
    metavar="HOST:PORT",
)
@click.option(
    "--cors-origin", "origins", multiple=True, metavar="ORIGIN", help="Pages that may call."
)
@click.option("--tls", is_flag=True, help="Speak TLS to the target.")
def command(
    *,
    target: str,
    descriptor_set: Path | None,
    services: tuple[str, ...],
    http_address: tuple[str, int],
    origins: tuple[str, ...],
    tls: bool,
) -> None:
    """Serve REST in front of any gRPC server, by its google.api.http annotations.

    Prints a line of JSON when it is ready; /docs shows what it serves.
    """
    descriptors = descriptor_set.read_bytes() if descriptor_set else b""
    try:
        asyncio.run(_serve(target, descriptors, services, http_address, origins, tls=tls))
    except (DescriptorError, RuleError) as error:
        click.echo(f"{target}: {error}", err=True)
        sys.exit(1)


async def _serve(
    target: str,
    descriptors: bytes,
    services: tuple[str, ...],
    listen: tuple[str, int],
    origins: tuple[str, ...],
    *,
    tls: bool,
) -> None:
    credentials = grpc.ssl_channel_credentials()
    channel = (
        grpc.aio.secure_channel(target, credentials) if tls else grpc.aio.insecure_channel(target)
    )
    async with channel:
        gateway = await Gateway.proxy(
            channel,
            services=services or None,
            descriptor_set=descriptors or None,
            cors=Cors(origins) if origins else None,
            description=Description(title=target, version="1", descriptor_set=descriptors),
        )
        config = uvicorn.Config(
            gateway, *listen, http="httptools", lifespan="off", log_level="warning"
        )
        server = uvicorn.Server(config)
        socket = config.bind_socket()
        socket.listen(config.backlog)
        ready = {
            "event": "ready",
            "http": f"http://{join_address(*socket.getsockname()[:2])}",
            "routes": len(gateway.bindings),
        }
        click.echo(json.dumps(ready))
        await server.serve(sockets=[socket])
