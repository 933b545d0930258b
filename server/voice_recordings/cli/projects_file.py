"""What the commands share that write the projects file: where it is, and its no."""

import functools
import json
import os
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import click

from voice_recordings.access.projects_edit import ProjectsEdit
from voice_recordings.access.rsa import new_key_pair
from voice_recordings.errors import VoiceRecordingsError

_KEY_ID_BYTES = 20


def projects_option(command: Callable[..., None]) -> Callable[..., None]:
    """Adds --projects, and answers a refusal with exit status 1."""

    @click.option(
        "--projects",
        "path",
        type=click.Path(path_type=Path, dir_okay=False),
        envvar="VOICE_RECORDINGS_PROJECTS",
        required=True,
        metavar="FILE.toml",
        help="The projects file; also VOICE_RECORDINGS_PROJECTS.",
    )
    @functools.wraps(command)
    def with_path(*args: Any, **values: Any) -> None:
        try:
            command(*args, **values)
        except VoiceRecordingsError as error:
            click.echo(f"Error: {error.message}", err=True)
            sys.exit(1)

    return with_path


key_file_option = click.option(
    "--key-file",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE.json",
    help="Write the private key here; it is kept nowhere else.",
)

public_url_option = click.option(
    "--public-url",
    envvar="VOICE_RECORDINGS_PUBLIC_URL",
    default="http://127.0.0.1:8080",
    show_default=True,
    metavar="URL",
    help="The server's --public-url, where the key is exchanged for tokens.",
)


@contextmanager
def new_key_file(path: Path) -> Iterator[TextIO]:
    """Opens a file that is not there yet, for its owner alone; it goes if the rest fails."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise click.UsageError(f"--key-file {path}: {error.strerror}") from error
    try:
        with os.fdopen(handle, "w") as file:
            yield file
    except BaseException:
        path.unlink()
        raise


def hand_out_key(
    edit: ProjectsEdit, email: str, key_file: TextIO, public_url: str, *, keep: int
) -> None:
    """Makes a key: the public half into the projects file, the private one into the key file."""
    private, public = new_key_pair()
    key_id = secrets.token_hex(_KEY_ID_BYTES)
    edit.add_key(email, key_id, public, keep=keep)
    content = {
        "type": "service_account",
        "project_id": edit.project_of(email),
        "private_key_id": key_id,
        "private_key": private,
        "client_email": email,
        "token_uri": f"{public_url.rstrip('/')}/token",
    }
    key_file.write(json.dumps(content, indent=2) + "\n")
