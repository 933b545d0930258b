"""`voice-recordings webhooks`: what became of them, and a receiver to watch them with."""

import contextlib
import json
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from voice_recordings.access.keys import Keyring
from voice_recordings.cli.connection import endpoint_option, json_option
from voice_recordings.cli.output import as_dict, print_json
from voice_recordings.cli.webhook_listener import Arrival, KeysFor, Listener
from voice_recordings.client import RecordingsClient
from voice_recordings.config import parse_address, read_secret
from voice_recordings.errors import ConfigurationError, InvalidArgument
from voice_recordings.recordings.names import Parent
from voice_recordings.webhooks.signing import key_bytes, key_text, project_keys
from voicerecordings.recorder.v1.webhooks_pb2 import Delivery

_SECRET_FILE = click.option(
    "--secret-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    envvar="VOICE_RECORDINGS_SECRET_FILE",
    metavar="FILE",
    help="The server's secret, which keys are derived from.",
)
_DATA_DIR = click.option(
    "--data-dir",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    envvar="VOICE_RECORDINGS_DATA_DIR",
    metavar="DIR",
    help="The server's data directory, which holds the secret.",
)
_KEY_VERSION = click.option(
    "--key-version",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    envvar="VOICE_RECORDINGS_WEBHOOK_KEY_VERSION",
    help="The server's --webhook-key-version.",
)


@click.group("webhooks")
def command() -> None:
    """Watch, verify and repeat ready webhooks."""


@command.command("list")
@click.argument("recording")
@json_option
@endpoint_option
def list_deliveries(client: RecordingsClient, *, recording: str, as_json: bool) -> None:
    """Show the deliveries of a recording, with every attempt.

    RECORDING is projects/PROJECT/calls/CALL/recordings/RECORDING.
    """
    deliveries = client.deliveries(recording)
    if as_json:
        print_json([as_dict(delivery) for delivery in deliveries])
        return
    for delivery in deliveries:
        _print_delivery(delivery)


@command.command("redeliver")
@click.argument("name")
@click.option(
    "--failed-since",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"]),
    metavar="TIME",
    help="NAME is projects/PROJECT: send all that were given up since then (UTC).",
)
@json_option
@endpoint_option
def redeliver(
    client: RecordingsClient, *, name: str, failed_since: datetime | None, as_json: bool
) -> None:
    """Send a webhook again, or all that failed since a time.

    NAME is a delivery's, as `webhooks list` shows it.
    """
    if failed_since is None:
        delivery = client.redeliver(name)
        if as_json:
            print_json(as_dict(delivery))
        else:
            click.echo(f"{delivery.name} is sent again")
        return
    count = client.redeliver_failed(name, failed_since.replace(tzinfo=UTC))
    if as_json:
        print_json({"redeliveredCount": count})
    else:
        click.echo(f"{count} sent again")


@command.command("key")
@click.argument("project")
@_SECRET_FILE
@_DATA_DIR
@_KEY_VERSION
@json_option
def key(
    *,
    project: str,
    secret_file: Path | None,
    data_dir: Path | None,
    key_version: int,
    as_json: bool,
) -> None:
    """Print the key a project's webhooks are signed with.

    To change keys, print the next version's, let receivers accept both, and
    start the server with that version.
    """
    try:
        name = Parent.parse(f"projects/{project}").project
    except InvalidArgument as error:
        raise click.UsageError(error.message) from error
    keyring = _keyring(secret_file, data_dir)
    if keyring is None:
        raise click.UsageError(
            "give --secret-file or --data-dir: a server started without makes its keys anew "
            "at each start"
        )
    text = key_text(keyring.webhook_key(name, key_version))
    if as_json:
        print_json({"project": name, "version": key_version, "key": text})
    else:
        click.echo(text)


@command.command("listen")
@click.option("--address", default="127.0.0.1:9000", show_default=True, metavar="HOST:PORT")
@click.option("--key", "keys", multiple=True, metavar="KEY", help="A key to accept; repeatable.")
@_SECRET_FILE
@_DATA_DIR
@_KEY_VERSION
@click.option("--url", metavar="URL", help="Where webhooks are sent to, if a proxy is between.")
@click.option("--status", default=204, show_default=True, help="What to answer.")
@click.option("--count", type=click.IntRange(min=1), metavar="N", help="Stop after so many.")
@json_option
def listen(
    *,
    address: str,
    keys: Sequence[str],
    secret_file: Path | None,
    data_dir: Path | None,
    key_version: int,
    url: str | None,
    status: int,
    count: int | None,
    as_json: bool,
) -> None:
    """Print and verify the webhooks that arrive.

    Exits with 1 if --count is reached and one of them was not genuine.
    """
    tell = _Teller(count, as_json=as_json)
    try:
        host_and_port = parse_address("address", address)
        listener = Listener(
            host_and_port,
            keys=_keys_for(keys, _keyring(secret_file, data_dir), key_version),
            tell=tell,
            url=url,
            status=status,
        )
    except (ConfigurationError, ValueError) as error:
        raise click.UsageError(str(error)) from error
    except OSError as error:
        raise click.UsageError(f"--address {address} cannot be bound: {error.strerror}") from error
    with listener:
        bound = "http://{}:{}".format(*listener.server_address[:2])
        if as_json:
            click.echo(json.dumps({"event": "listening", "url": bound}))
        else:
            click.echo(f"Listening on {bound}/ (Ctrl-C ends)", err=True)
        serving = threading.Thread(target=listener.serve_forever, daemon=True)
        serving.start()
        with contextlib.suppress(KeyboardInterrupt):
            tell.done.wait()
        listener.shutdown()
    if tell.refused:
        sys.exit(1)


class _Teller:
    """Prints arrivals, one at a time, until there have been enough."""

    def __init__(self, count: int | None, *, as_json: bool) -> None:
        self._left = count
        self._as_json = as_json
        self._lock = threading.Lock()
        self.done = threading.Event()
        self.refused = 0

    def __call__(self, arrival: Arrival) -> None:
        with self._lock:
            if self.done.is_set():
                return
            self.refused += arrival.webhook is None
            click.echo(json.dumps(_dict(arrival)) if self._as_json else _lines(arrival))
            if self._left is not None:
                self._left -= 1
                if not self._left:
                    self.done.set()


def _keys_for(keys: Sequence[str], keyring: Keyring | None, key_version: int) -> KeysFor:
    for each in keys:
        key_bytes(each)
    if keyring is None:
        if not keys:
            raise ValueError("give --key, --secret-file or --data-dir, to verify webhooks with")
        return lambda _: keys

    def derived(body: bytes) -> Sequence[bytes | str]:
        # What the body says of itself only chooses the key; the signature decides.
        project = Parent.parse("/".join(json.loads(body)["name"].split("/")[:2])).project
        return [*keys, *project_keys(keyring.webhook_key, project, key_version)]

    return derived


def _keyring(secret_file: Path | None, data_dir: Path | None) -> Keyring | None:
    file = secret_file or (data_dir / "secret" if data_dir else None)
    if file is None:
        return None
    try:
        return Keyring(read_secret(file))
    except ConfigurationError as error:
        raise click.UsageError(error.message) from error


def _dict(arrival: Arrival) -> dict[str, object]:
    if arrival.webhook is None:
        return {"verified": False, "url": arrival.url, "refusal": arrival.refusal}
    return {
        "verified": True,
        "url": arrival.url,
        "event": arrival.webhook.event,
        "id": arrival.webhook.id,
        "recording": arrival.webhook.recording,
    }


def _lines(arrival: Arrival) -> str:
    if arrival.webhook is None:
        return f"{click.style('✗', fg='red')} {arrival.url}: {arrival.refusal}"
    recording = arrival.webhook.recording
    mark, event = click.style("✓", fg="green"), arrival.webhook.event
    lines = [
        f"{mark} {event} {recording.get('state')} {recording.get('name')}",
        f"    {'id':<12} {arrival.webhook.id}",
    ]
    audio = recording.get("audio", [])
    return "\n".join(
        [*lines, *(f"    {file.get('mimeType'):<12} {file.get('uri')}" for file in audio)]
    )


def _print_delivery(delivery: Delivery) -> None:
    click.echo(delivery.name)
    rows = [("state", Delivery.State.Name(delivery.state)), ("uri", delivery.uri)]
    for attempt in delivery.attempts:
        answer = str(attempt.status) if attempt.status else ""
        if attempt.failure:
            failure = Delivery.Attempt.Failure.Name(attempt.failure)
            answer = f"{answer} {failure}: {attempt.detail}".lstrip()
        latency_ms = attempt.latency.ToMilliseconds()
        rows.append(("attempt", f"{attempt.start_time.ToJsonString()}  {latency_ms} ms  {answer}"))
    if delivery.HasField("next_attempt_time"):
        rows.append(("next", delivery.next_attempt_time.ToJsonString()))
    for label, text in rows:
        click.echo(f"  {label:<12} {text}")
