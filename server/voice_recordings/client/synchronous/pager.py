# Written by tools/write_synchronous_client.py from ../asynchronous/; not to be edited.
"""A list that is fetched page by page."""

from collections.abc import Callable, Iterator

from enfonica.voice.v1beta1 import recordings_pb2


class Pager:
    """The recordings of a list, fetched as they are asked for.

    Iterating gives recording after recording; `pages` page after page. Each
    iteration starts at the first page.
    """

    def __init__(
        self,
        request: recordings_pb2.ListRecordingsRequest,
        fetch: Callable[
            [recordings_pb2.ListRecordingsRequest],
            recordings_pb2.ListRecordingsResponse,
        ],
    ) -> None:
        self._request = request
        self._fetch = fetch

    def pages(self) -> Iterator[recordings_pb2.ListRecordingsResponse]:
        """Page after page; a page's `next_page_token` starts a later list behind it."""
        request = recordings_pb2.ListRecordingsRequest()
        request.CopyFrom(self._request)
        while True:
            page = self._fetch(request)
            yield page
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    def __iter__(self) -> Iterator[recordings_pb2.Recording]:
        for page in self.pages():
            yield from page.recordings
