"""Fetching one file under a signed link."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from voice_recordings.client.errors import ServiceError

_PIECE_BYTES = 256 * 1024
_TIMEOUT_SECONDS = 30.0


def download(
    uri: str,
    to: Path,
    *,
    size_bytes: int,
    progress: Callable[[int, int | None], None],
) -> None:
    """Saves the file beside its place and moves it there once it is whole.

    Raises `ServiceError`.
    """
    part = to.with_name(to.name + ".part")
    if not uri.startswith(("http://", "https://")):
        raise ServiceError("INVALID_ARGUMENT", "the link is not an http or https one")
    try:
        with (
            urllib.request.urlopen(uri, timeout=_TIMEOUT_SECONDS) as response,  # noqa: S310 - checked above
            part.open("wb") as file,
        ):
            done = 0
            while piece := response.read(_PIECE_BYTES):
                file.write(piece)
                done += len(piece)
                progress(done, size_bytes)
    except urllib.error.HTTPError as error:
        raise _refusal(error) from error
    except OSError as error:
        raise ServiceError("UNAVAILABLE", f"the download failed: {error}") from error
    if done != size_bytes:
        raise ServiceError("UNAVAILABLE", f"the download broke off at {done} of {size_bytes} bytes")
    part.replace(to)


def _refusal(error: urllib.error.HTTPError) -> ServiceError:
    try:
        said = json.loads(error.read())["error"]
        return ServiceError(said["status"], said["message"], said["details"][0]["reason"])
    except (ValueError, LookupError, TypeError, OSError):
        return ServiceError("UNKNOWN", f"the download was refused with HTTP {error.code}")
