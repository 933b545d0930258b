"""What the app under test has asked."""

from collections.abc import Sequence

from voice_recordings.testing.connection import Connection
from voicerecordings.emulator.v1 import request_log_pb2


class Requests:
    """The log of one project, or of all."""

    def __init__(self, connection: Connection, project: str = "") -> None:
        self._connection = connection
        self._project = project

    def list(
        self, method: str = "", *, door: str = "DOOR_UNSPECIFIED"
    ) -> Sequence[request_log_pb2.LoggedRequest]:
        """The last requests, oldest first."""
        request = request_log_pb2.ListRequestsRequest(
            method=method, project=self._project, door=door
        )
        answer: request_log_pb2.ListRequestsResponse = self._connection.ask("ListRequests", request)
        return answer.requests

    def count(self, method: str = "", *, door: str = "DOOR_UNSPECIFIED") -> int:
        """How many there were."""
        return len(self.list(method, door=door))

    def wait(
        self,
        method: str = "",
        *,
        count: int = 1,
        door: str = "DOOR_UNSPECIFIED",
        timeout_seconds: float = 10.0,
    ) -> Sequence[request_log_pb2.LoggedRequest]:
        """Waits until so many have been answered; raises `ServiceError` DEADLINE_EXCEEDED."""
        request = request_log_pb2.WaitForRequestsRequest(
            method=method, project=self._project, door=door, count=count
        )
        request.timeout.FromNanoseconds(int(timeout_seconds * 1e9))
        answer: request_log_pb2.ListRequestsResponse = self._connection.ask(
            "WaitForRequests", request
        )
        return answer.requests
