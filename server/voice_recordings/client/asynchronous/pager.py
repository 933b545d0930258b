"""A list that is fetched page by page."""

from collections.abc import AsyncIterator, Awaitable, Callable

from enfonica.voice.v1beta1 import recordings_pb2


class AsyncPager:
    """The recordings of a list, fetched as they are asked for.

    Iterating gives recording after recording; `pages` page after page. Each
    iteration starts at the first page.
    """

    def __init__(
        self,
        request: recordings_pb2.ListRecordingsRequest,
        fetch: Callable[
            [recordings_pb2.ListRecordingsRequest],
            Awaitable[recordings_pb2.ListRecordingsResponse],
        ],
    ) -> None:
        self._request = request
        self._fetch = fetch

    async def pages(self) -> AsyncIterator[recordings_pb2.ListRecordingsResponse]:
        """Page after page; a page's `next_page_token` starts a later list behind it."""
        request = recordings_pb2.ListRecordingsRequest()
        request.CopyFrom(self._request)
        while True:
            page = await self._fetch(request)
            yield page
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    async def __aiter__(self) -> AsyncIterator[recordings_pb2.Recording]:
        async for page in self.pages():
            for recording in page.recordings:
                yield recording
