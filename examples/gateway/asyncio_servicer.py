"""REST for an asyncio servicer.

uvicorn --app-dir examples/gateway asyncio_servicer:app
"""

import bookstore_pb2
import bookstore_pb2_grpc
import grpc

from voice_recordings.gateway import Gateway


class Bookstore(bookstore_pb2_grpc.BookstoreServicer):
    def __init__(self):
        self.books = {}

    async def GetBook(self, request, context):
        if request.name not in self.books:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"no book {request.name}")
        return self.books[request.name]

    async def CreateBook(self, request, context):
        name = f"{request.parent}/books/{request.book_id}"
        self.books[name] = bookstore_pb2.Book(name=name, title=request.book.title)
        return self.books[name]


app = Gateway()
bookstore_pb2_grpc.add_BookstoreServicer_to_server(Bookstore(), app)
