"""`voice-recordings projects`: which projects there are, and who may do what in them."""

from pathlib import Path

import click

from voice_recordings.access.projects import Projects
from voice_recordings.access.projects_edit import edited
from voice_recordings.cli.connection import json_option
from voice_recordings.cli.output import print_json
from voice_recordings.cli.projects_file import projects_option


@click.group("projects")
def command() -> None:
    """Write the projects file: projects, and roles granted in them.

    A running server takes each change over within a second.
    """


@command.command("create")
@click.argument("project")
@projects_option
def create(*, project: str, path: Path) -> None:
    """Add a project, in which nobody may do anything yet."""
    with edited(path) as edit:
        edit.add_project(project)


@command.command("delete")
@click.argument("project")
@projects_option
def delete(*, project: str, path: Path) -> None:
    """Shut a project; its recordings stay stored and nobody reaches them."""
    with edited(path) as edit:
        edit.remove_project(project)


@command.command("grant")
@click.argument("project")
@click.argument("role")
@click.argument("email")
@projects_option
def grant(*, project: str, role: str, email: str, path: Path) -> None:
    """Give a service account a role in a project.

    ROLE is roles/voice.viewer, .editor, .recorder or .admin, or one of the project's own.
    """
    with edited(path) as edit:
        edit.grant(project, role, email)


@command.command("revoke")
@click.argument("project")
@click.argument("role")
@click.argument("email")
@projects_option
def revoke(*, project: str, role: str, email: str, path: Path) -> None:
    """Take a role in a project from a service account."""
    with edited(path) as edit:
        edit.revoke(project, role, email)


@command.command("list")
@json_option
@projects_option
def show(*, as_json: bool, path: Path) -> None:
    """Show the projects and who has which role in them."""
    projects = Projects(path).policy.projects
    rows = [
        {"project": name, "role": role, "member": email}
        for name, project in projects.items()
        for role, emails in project.bindings.items()
        for email in sorted(emails)
    ]
    if as_json:
        print_json({"projects": list(projects), "bindings": rows})
        return
    for name in projects:
        click.echo(name)
        for row in rows:
            if row["project"] == name:
                click.echo(f"  {row['role']}\t{row['member']}")


@command.command("check")
@projects_option
def check(*, path: Path) -> None:
    """Say what is wrong with the file, before a server does."""
    policy = Projects(path).policy
    click.echo(f"{len(policy.projects)} projects, {len(policy.accounts)} service accounts")
