"""`voice-recordings envoy-config`."""

from pathlib import Path

import click
from google.protobuf.descriptor_pool import Default

from voice_recordings.app import SERVICES
from voice_recordings.cli.addresses import address
from voice_recordings.gateway.envoy import configuration, descriptor_set


@click.command("envoy-config")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--target", default="127.0.0.1:50051", callback=address, metavar="HOST:PORT", show_default=True
)
@click.option(
    "--listen", default="127.0.0.1:8081", callback=address, metavar="HOST:PORT", show_default=True
)
def command(*, folder: Path, target: tuple[str, int], listen: tuple[str, int]) -> None:
    """Write FOLDER/envoy.json and FOLDER/descriptors.binpb, to serve REST by Envoy.

    `--target` is the server's gRPC address, `--listen` where Envoy is to answer.
    Run it with `envoy -c FOLDER/envoy.json`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    descriptors = folder.resolve() / "descriptors.binpb"
    descriptors.write_bytes(descriptor_set(Default(), SERVICES))
    config = folder / "envoy.json"
    config.write_bytes(configuration(SERVICES, str(descriptors), target, listen))
    click.echo(config)
