# Written by tools/write_synchronous_client.py from ../asynchronous/; not to be edited.
"""Fetching one file under a signed link, to its end."""

from collections.abc import Callable
from pathlib import Path

from enfonica.voice.v1beta1 import recordings_pb2
from voice_recordings.client.errors import error_of
from voice_recordings.client.part import METHOD, CutShort, LinkOver, Part
from voice_recordings.client.progress import Progress
from voice_recordings.client.synchronous.calls import Calls
from voice_recordings.client.synchronous.transport import Answer, fetch
from voice_recordings.client.tls import Tls

_REFUSAL_BYTES = 64 * 1024


def download(
    name: str,
    audio: recordings_pb2.RecordingAudio,
    renew: Callable[[], recordings_pb2.RecordingAudio],
    to: Path,
    *,
    calls: Calls,
    progress: Progress,
    selection: str = "",
) -> None:
    """Saves the file beside its place and moves it there once it is whole.

    A connection that breaks is taken up where it broke, an earlier call's
    remains likewise; a link that is over is renewed once. Raises `ServiceError`.
    """
    part = Part(to, size_bytes=audio.size_bytes, name=name, selection=selection)
    renewed = False
    attempt = 1
    while True:
        before = part.done_bytes
        try:
            _take(name, audio.uri, part, progress, calls.tls)
        except LinkOver as over:
            if renewed:
                raise over.refusal from None
            renewed = True
            audio = renew()
        except (OSError, CutShort) as cut:
            # As long as it gets on it may break as often as it likes.
            attempt = 1 if part.done_bytes > before else attempt
            broken = part.broken_off(str(cut) or type(cut).__name__)
            pause = calls.retry.pause_seconds(broken, attempt, repeatable=True, random=calls.random)
            if pause is None:
                raise broken from cut
            calls.sleep(pause)
            attempt += 1
        else:
            return


def _take(name: str, uri: str, part: Part, progress: Progress, tls: Tls | None) -> None:
    if not uri.startswith(("http://", "https://")):
        raise error_of(
            "INVALID_ARGUMENT", "the link is not an http or https one", method=METHOD, name=name
        )
    done = part.done_bytes
    if 0 < done == part.size_bytes:
        part.finish(done)
        return
    with fetch(uri, part.headers(), tls) as answer:
        body = b"" if answer.status < 300 else _refusal(answer)  # noqa: PLR2004 - a success is 2xx
        with part.open(answer.status, answer.headers, body) as file:
            done = file.tell()
            for piece in answer.pieces:
                part.put(file, piece)
                done += len(piece)
                progress(done, part.size_bytes)
    part.finish(done)


def _refusal(answer: Answer) -> bytes:
    body = b""
    for piece in answer.pieces:
        body += piece
        if len(body) > _REFUSAL_BYTES:
            break
    return body
