"""What is asked of a recording that is made, in whichever way it is."""

from collections.abc import Callable

import click

parent_option = click.option(
    "--parent",
    required=True,
    metavar="NAME",
    help="The call it belongs to: projects/PROJECT/calls/CALL.",
)
_OPTIONS = (
    click.option("--trim-silence", is_flag=True, help="Cut silence off the start and the end."),
    click.option(
        "--source",
        type=click.Choice(["CALL_RECORDING", "RECORD_ACTION"]),
        default="CALL_RECORDING",
        show_default=True,
        help="What made recording begin.",
    ),
    click.option("--ready-uri", default="", metavar="URI", help="Where to tell that it is ready."),
)


def making_options(command: Callable[..., None]) -> Callable[..., None]:
    """Adds what becomes of the audio, what it is, and who is told."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
