"""The webhooks that were posted to the app under test."""

from collections.abc import Sequence

from voice_recordings.testing.connection import Connection
from voicerecordings.emulator.v1 import webhook_attempt_pb2


class Webhooks:
    """The attempts of one project, or of all."""

    def __init__(self, connection: Connection, project: str = "") -> None:
        self._connection = connection
        self._project = project

    def list(self, recording: str = "") -> Sequence[webhook_attempt_pb2.WebhookAttempt]:
        """The last attempts, oldest first; of one recording if its name is given."""
        request = webhook_attempt_pb2.ListWebhookAttemptsRequest(
            project=self._project, recording=recording
        )
        answer: webhook_attempt_pb2.ListWebhookAttemptsResponse = self._connection.ask(
            "ListWebhookAttempts", request
        )
        return answer.attempts

    def wait(
        self, recording: str = "", *, count: int = 1, timeout_seconds: float = 10.0
    ) -> Sequence[webhook_attempt_pb2.WebhookAttempt]:
        """Waits until so many have been made; raises `ServiceError` DEADLINE_EXCEEDED."""
        request = webhook_attempt_pb2.WaitForWebhookAttemptsRequest(
            project=self._project, recording=recording, count=count
        )
        request.timeout.FromNanoseconds(int(timeout_seconds * 1e9))
        answer: webhook_attempt_pb2.ListWebhookAttemptsResponse = self._connection.ask(
            "WaitForWebhookAttempts", request
        )
        return answer.attempts

    def redeliver(self, recording: str) -> webhook_attempt_pb2.WebhookAttempt:
        """Posts a recording's webhook once more, and tells how that went."""
        request = webhook_attempt_pb2.RedeliverWebhookRequest(recording=recording)
        attempt: webhook_attempt_pb2.WebhookAttempt = self._connection.ask(
            "RedeliverWebhook", request
        )
        return attempt
