"""The public service: enfonica.voice.v1beta1.Recordings."""

from typing import Any

from grpc.aio import ServicerContext

from enfonica.voice.v1beta1 import recordings_pb2, recordings_pb2_grpc
from voice_recordings.access.page_tokens import PageTokens
from voice_recordings.errors import RecordingNotFound
from voice_recordings.recorder.removal import Remover
from voice_recordings.recordings.names import Parent, RecordingName
from voice_recordings.recordings.paging import page_size
from voice_recordings.recordings.ports import RecordingStore
from voice_recordings.rpc.encodings import Encodings
from voice_recordings.rpc.messages import LinkMaker, recording_message, wants_links

Context = ServicerContext[Any, Any]
# The methods that answer with `Encoded`.
ENCODED = frozenset(
    f"/enfonica.voice.v1beta1.Recordings/{method}" for method in ("GetRecording", "ListRecordings")
)


class RecordingsServicer(recordings_pb2_grpc.RecordingsServicer):
    """Lists, fetches and deletes recordings."""

    def __init__(
        self, recordings: RecordingStore, remover: Remover, page_tokens: PageTokens, link: LinkMaker
    ) -> None:
        self._recordings = recordings
        self._remover = remover
        self._page_tokens = page_tokens
        self._link = link
        self._encodings = Encodings()

    async def GetRecording(  # noqa: N802 - the contract's name
        self, request: recordings_pb2.GetRecordingRequest, context: Context
    ) -> recordings_pb2.Recording:
        """Gets one recording."""
        del context
        name = RecordingName.parse(request.name)
        link = self._link if wants_links(request.view, recordings_pb2.FULL) else None
        found = await self._recordings.find(name)
        if found is None:
            raise RecordingNotFound(resource=("Recording", str(name)))
        return self._encodings.message(found, link)

    async def ListRecordings(  # noqa: N802 - the contract's name
        self, request: recordings_pb2.ListRecordingsRequest, context: Context
    ) -> recordings_pb2.ListRecordingsResponse:
        """Lists a page of recordings, newest first."""
        del context
        parent = Parent.parse(request.parent)
        size = page_size(request.page_size)
        link = self._link if wants_links(request.view, recordings_pb2.BASIC) else None
        token = request.page_token
        before = self._page_tokens.read(token, parent) if token else None
        # One more than the page holds tells whether another page follows.
        found = await self._recordings.page(parent, size + 1, before)
        page = found[:size]
        more = len(found) > size
        next_token = self._page_tokens.issue(parent, page[-1].place) if more else ""
        return self._encodings.page(page, link, next_token)

    async def DeleteRecording(  # noqa: N802 - the contract's name
        self, request: recordings_pb2.DeleteRecordingRequest, context: Context
    ) -> recordings_pb2.Recording:
        """Deletes a recording and gives it as it was."""
        del context
        deleted = await self._remover.delete(RecordingName.parse(request.name))
        return recording_message(deleted, None)
