"""`voice-recordings service-accounts`: who calls, and the keys they prove it with."""

import hashlib
import secrets
from datetime import timedelta
from pathlib import Path

import click

from voice_recordings.access.projects import Projects
from voice_recordings.access.projects_edit import edited
from voice_recordings.cli.connection import json_option
from voice_recordings.cli.output import print_json
from voice_recordings.cli.projects_file import (
    hand_out_key,
    key_file_option,
    new_key_file,
    projects_option,
    public_url_option,
)
from voice_recordings.clock import SystemClock

_TOKEN_BYTES = 32


@click.group("service-accounts")
def command() -> None:
    """Write the projects file: service accounts, their keys and tokens.

    A running server takes each change over within a second.
    """


@command.command("create")
@click.argument("name")
@click.option("--project", required=True, help="The project it belongs to.")
@click.option("--role", "roles", multiple=True, help="A role to grant it there; repeatable.")
@key_file_option
@public_url_option
@projects_option
def create(
    *, name: str, project: str, roles: tuple[str, ...], key_file: Path, public_url: str, path: Path
) -> None:
    """Add a service account, hand out its key file and print its email."""
    with new_key_file(key_file) as file, edited(path) as edit:
        email = edit.add_account(name, project)
        for role in roles:
            edit.grant(project, role, email)
        hand_out_key(edit, email, file, public_url, keep=0)
    click.echo(email)


@command.command("list")
@json_option
@projects_option
def show(*, as_json: bool, path: Path) -> None:
    """Show the service accounts, their keys and their tokens."""
    accounts = [
        {
            "email": account.email,
            "project": account.project,
            "disabled": account.disabled,
            "keys": list(account.keys),
            "tokens": {
                name: token.expires.isoformat() if token.expires else None
                for name, token in account.tokens.items()
            },
        }
        for account in Projects(path).policy.accounts.values()
    ]
    if as_json:
        print_json(accounts)
        return
    for account in accounts:
        click.echo(f"{account['email']}{'  (disabled)' if account['disabled'] else ''}")
        for kind in ("keys", "tokens"):
            for each in account[kind]:  # type: ignore[attr-defined]
                click.echo(f"  {kind[:-1]} {each}")


@command.command("disable")
@click.argument("email")
@projects_option
def disable(*, email: str, path: Path) -> None:
    """Shut an account out at once, with every token it holds."""
    with edited(path) as edit:
        edit.set_disabled(email, disabled=True)


@command.command("enable")
@click.argument("email")
@projects_option
def enable(*, email: str, path: Path) -> None:
    """Let a disabled account in again."""
    with edited(path) as edit:
        edit.set_disabled(email, disabled=False)


@command.command("delete")
@click.argument("email")
@projects_option
def delete(*, email: str, path: Path) -> None:
    """Remove an account and every role it was granted."""
    with edited(path) as edit:
        edit.remove_account(email)


@command.command("rotate-key")
@click.argument("email")
@click.option("--revoke-old", is_flag=True, help="End the old key at once, and its tokens.")
@key_file_option
@public_url_option
@projects_option
def rotate_key(
    *, email: str, revoke_old: bool, key_file: Path, public_url: str, path: Path
) -> None:
    """Hand out a new key file.

    The old key stays good until the next rotation, so that nothing fails while
    the new one is brought to where it is used.
    """
    with new_key_file(key_file) as file, edited(path) as edit:
        hand_out_key(edit, email, file, public_url, keep=0 if revoke_old else 1)


@command.command("create-token")
@click.argument("email")
@click.option("--name", required=True, help="What to call it, so that it can be revoked.")
@click.option("--days", type=click.IntRange(min=1), help="How long it is good; for ever without.")
@projects_option
def create_token(*, email: str, name: str, days: int | None, path: Path) -> None:
    """Print a bearer token for clients that cannot exchange keys; its hash alone is kept."""
    token = f"vrt_{secrets.token_urlsafe(_TOKEN_BYTES)}"
    digest = hashlib.sha256(token.encode()).hexdigest()
    now = SystemClock().now().replace(microsecond=0)
    with edited(path) as edit:
        edit.add_token(email, name, digest, now + timedelta(days=days) if days else None)
    click.echo(token)


@command.command("revoke-token")
@click.argument("email")
@click.argument("name")
@projects_option
def revoke_token(*, email: str, name: str, path: Path) -> None:
    """Remove a bearer token."""
    with edited(path) as edit:
        edit.remove_token(email, name)
