"""Downloads under signed links: GET and HEAD, one Range."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from voice_recordings.access.links import Links
from voice_recordings.clock import Clock
from voice_recordings.errors import (
    AuditFailed,
    InvalidArgument,
    LinkInvalid,
    MethodNotAllowed,
    RangeNotSatisfiable,
    RecordingNotFound,
    StorageFailed,
    VoiceRecordingsError,
)
from voice_recordings.http.asgi import Receive, Scope, Send, header, respond
from voice_recordings.http.errors import send_error
from voice_recordings.http.ranges import ByteRange, Unsatisfiable, byte_range
from voice_recordings.recorder.downloads import Download, SelectiveLinkMaker, download_of
from voice_recordings.recordings.media import AudioFile
from voice_recordings.recordings.names import RecordingName
from voice_recordings.recordings.ports import MediaStore, RecordingStore
from voice_recordings.recordings.recording import Succeeded
from voice_recordings.recordings.selection import Selection
from voice_recordings.telemetry.audit import AuditTrail

PREFIX = "/media/"

# Long enough to begin a download, or to go on with one that has broken off.
_ELSEWHERE_SECONDS = 300.0

_log = logging.getLogger(__name__)


def media_path(name: RecordingName, audio: AudioFile) -> str:
    """Where a file is served; the etag in it ties a link to these very bytes."""
    return f"{PREFIX}{name}/{audio.etag}.{audio.encoding.suffix}"


def link_maker(links: Links, public_url: str, clock: Clock) -> SelectiveLinkMaker:
    """What makes links to this server."""

    def link(name: RecordingName, audio: AudioFile, selection: Selection = Selection.ALL) -> str:
        return public_url + links.sign(media_path(name, audio), clock.now(), selection.value)

    return link


@dataclass(frozen=True, slots=True)
class _Found:
    """What a link leads to."""

    name: RecordingName
    audio: AudioFile
    selection: Selection
    download: Download

    @property
    def etag(self) -> str:
        """The ETag as it stands in headers."""
        return f'"{self.download.etag}"'

    @property
    def is_one_object(self) -> bool:
        """Whether what is asked for lies in the store as it is."""
        return self.selection is Selection.ALL and self.audio.is_whole

    @property
    def file_name(self) -> str:
        """What it is saved as."""
        return f"{self.name.recording}{self.selection.suffix}.{self.audio.encoding.suffix}"


class MediaDoor:
    """An ASGI application that serves the files of recordings."""

    def __init__(
        self,
        recordings: RecordingStore,
        media: MediaStore,
        links: Links,
        clock: Clock,
        *,
        audit: AuditTrail,
        sent: Callable[[int], None] = lambda _: None,
        has_project: Callable[[str], bool] = lambda _: True,
        elsewhere: Callable[[str, float], Awaitable[str]] | None = None,
    ) -> None:
        """`sent` is told of the bytes of audio that have gone out.

        Links into a project that is not there any more lead nowhere. `elsewhere`
        makes a link to an object in the store itself, good for so many seconds,
        to which downloads of whole objects are redirected.
        """
        self._elsewhere = elsewhere
        self._audit = audit
        self._sent = sent
        self._recordings = recordings
        self._media = media
        self._links = links
        self._clock = clock
        self._has_project = has_project

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        del receive  # a download has no body
        with_body = scope["method"] != "HEAD"
        try:
            if scope["method"] not in ("GET", "HEAD"):
                raise MethodNotAllowed
            found = await self._find(scope)
            asked = None if _changed_since(scope, found) else header(scope, b"range")
            part = byte_range(asked, found.download.size_bytes)
            if scope["method"] == "GET":
                await self._write_down(scope, found.name)
        except MethodNotAllowed as error:
            await send_error(send, error, status=405, headers=[(b"allow", b"GET, HEAD")])
        except VoiceRecordingsError as error:
            await send_error(send, error, with_body=with_body)
        except Unsatisfiable:
            size_bytes = found.download.size_bytes
            size = [(b"content-range", f"bytes */{size_bytes}".encode())]
            refusal = RangeNotSatisfiable(f"the file has {size_bytes} bytes")
            await send_error(send, refusal, status=416, headers=size, with_body=with_body)
        else:
            if self._elsewhere is not None and with_body and found.is_one_object:
                await self._redirect(send, self._elsewhere, found.audio)
            else:
                await self._serve(scope, send, found, part)

    async def _redirect(
        self, send: Send, elsewhere: Callable[[str, float], Awaitable[str]], audio: AudioFile
    ) -> None:
        try:
            link = await elsewhere(audio.segments[0].key, _ELSEWHERE_SECONDS)
        except StorageFailed as error:
            await send_error(send, error)
            return
        # Whoever holds a link of ours asks again; the store's own is not for keeping.
        headers = [(b"location", link.encode()), (b"cache-control", b"no-store")]
        await respond(send, 307, headers)

    async def _write_down(self, scope: Scope, name: RecordingName) -> None:
        host, port = scope.get("client") or ("", 0)
        where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        try:
            # A link says what may be read, and not by whom.
            await self._audit.record("audio.read", str(name), who="link", where=where)
        except OSError as error:
            raise AuditFailed from error

    async def _find(self, scope: Scope) -> _Found:
        raw_path = bytes(scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
        query = scope["query_string"].decode("latin-1")
        selection = Selection(self._links.check(raw_path, query, self._clock.now()))
        folder, _, file_name = raw_path.removeprefix(PREFIX).rpartition("/")
        try:
            name = RecordingName.parse(folder)
        except InvalidArgument:
            raise LinkInvalid from None
        exists = self._has_project(name.project)
        recording = await self._recordings.get(name) if exists else None
        if recording is not None and isinstance(recording.ending, Succeeded):
            for audio in recording.ending.audio:
                if file_name == f"{audio.etag}.{audio.encoding.suffix}":
                    download = download_of(audio, recording.channel_count, selection)
                    if download is not None:
                        return _Found(name, audio, selection, download)
        raise RecordingNotFound(resource=("Recording", str(name)))

    async def _serve(
        self,
        scope: Scope,
        send: Send,
        found: _Found,
        part: ByteRange | None,
    ) -> None:
        size_bytes = found.download.size_bytes
        headers = [
            (b"etag", found.etag.encode()),
            (b"accept-ranges", b"bytes"),
            (b"cache-control", b"private, max-age=3600, immutable"),
        ]
        if _matches(header(scope, b"if-none-match"), found.etag):
            await respond(send, 304, headers)
            return
        span = part or ByteRange(0, size_bytes)
        headers += [
            (b"content-type", found.audio.encoding.value.encode()),
            (b"content-length", str(span.end - span.start).encode()),
            (b"content-disposition", f'attachment; filename="{found.file_name}"'.encode()),
            (b"x-content-type-options", b"nosniff"),
        ]
        if part:
            content_range = f"bytes {part.start}-{part.end - 1}/{size_bytes}"
            headers.append((b"content-range", content_range.encode()))
        await send(
            {"type": "http.response.start", "status": 206 if part else 200, "headers": headers}
        )
        if scope["method"] == "GET":
            try:
                async for piece in found.download.read(self._media, span.start, span.end):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                    self._sent(len(piece))
            except StorageFailed:
                # The length is promised already. Ending without the rest makes
                # the server break the connection, which the client notices.
                _log.exception("a download broke off", extra={"recording": str(found.name)})
                return
        await send({"type": "http.response.body", "body": b""})


def _changed_since(scope: Scope, found: _Found) -> bool:
    """Whether If-Range names another version of the file (RFC 9110 §13.1.5)."""
    condition = header(scope, b"if-range")
    return condition is not None and condition.strip() != found.etag


def _matches(condition: str | None, etag: str) -> bool:
    """Whether If-None-Match names the file (RFC 9110 §13.1.2; weak comparison)."""
    if condition is None:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in condition.split(",")]
    return "*" in tags or etag in tags
