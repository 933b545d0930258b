"""What became of the webhooks: voicerecordings.recorder.v1.Webhooks."""

from collections.abc import Callable
from typing import Any

from grpc.aio import ServicerContext

from voice_recordings.errors import DeliveryNotFound, InvalidArgument, RecordingNotFound
from voice_recordings.recordings.names import Parent, RecordingName
from voice_recordings.recordings.outbox import Outbox
from voice_recordings.recordings.ports import RecordingStore
from voice_recordings.rpc.messages import time_of
from voice_recordings.rpc.webhook_messages import delivery_message, delivery_of
from voicerecordings.recorder.v1 import webhooks_pb2, webhooks_pb2_grpc

Context = ServicerContext[Any, Any]


class WebhooksServicer(webhooks_pb2_grpc.WebhooksServicer):
    """Lists deliveries, and has them made again."""

    def __init__(
        self, recordings: RecordingStore, outbox: Outbox, wake: Callable[[], None]
    ) -> None:
        """`wake` is called when deliveries have been made due."""
        self._recordings = recordings
        self._outbox = outbox
        self._wake = wake

    async def ListDeliveries(  # noqa: N802 - the contract's name
        self, request: webhooks_pb2.ListDeliveriesRequest, context: Context
    ) -> webhooks_pb2.ListDeliveriesResponse:
        """Lists the deliveries of a recording."""
        del context
        name = RecordingName.parse(request.parent, "parent")
        if await self._recordings.get(name) is None:
            raise RecordingNotFound(resource=("Recording", str(name)))
        deliveries = await self._outbox.deliveries(name)
        return webhooks_pb2.ListDeliveriesResponse(
            deliveries=[delivery_message(delivery) for delivery in deliveries]
        )

    async def RedeliverWebhook(  # noqa: N802 - the contract's name
        self, request: webhooks_pb2.RedeliverWebhookRequest, context: Context
    ) -> webhooks_pb2.Delivery:
        """Makes one delivery due now."""
        del context
        name, delivery_id = delivery_of(request.name)
        delivery = await self._outbox.redeliver(name, delivery_id)
        if delivery is None:
            raise DeliveryNotFound(resource=("Delivery", request.name))
        self._wake()
        return delivery_message(delivery)

    async def RedeliverFailedWebhooks(  # noqa: N802 - the contract's name
        self, request: webhooks_pb2.RedeliverFailedWebhooksRequest, context: Context
    ) -> webhooks_pb2.RedeliverFailedWebhooksResponse:
        """Makes every delivery due now that was given up since a time."""
        del context
        project = Parent.parse(request.parent).project
        if request.parent != f"projects/{project}":
            raise InvalidArgument.of("parent", "must look like projects/*")
        if not request.HasField("since"):
            raise InvalidArgument.of("since", "is required")
        count = await self._outbox.redeliver_failed(project, time_of(request.since, "since"))
        if count:
            self._wake()
        return webhooks_pb2.RedeliverFailedWebhooksResponse(redelivered_count=count)
