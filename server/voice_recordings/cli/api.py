"""The product's services on a gateway that serves nobody: what commands describe."""

from collections.abc import Callable
from typing import Any

from enfonica.voice.v1beta1 import recordings_pb2_grpc
from voice_recordings.gateway import Gateway
from voicerecordings.recorder.v1 import recorder_pb2_grpc, webhooks_pb2_grpc

# Their methods stay as generated; the stubs would have them written.
_SERVICES: tuple[tuple[Any, Callable[..., None]], ...] = (
    (
        recordings_pb2_grpc.RecordingsServicer,
        recordings_pb2_grpc.add_RecordingsServicer_to_server,
    ),
    (recorder_pb2_grpc.RecorderServicer, recorder_pb2_grpc.add_RecorderServicer_to_server),
    (webhooks_pb2_grpc.WebhooksServicer, webhooks_pb2_grpc.add_WebhooksServicer_to_server),
)


def described_gateway() -> Gateway:
    """A gateway that knows every route."""
    gateway = Gateway()
    for servicer, add in _SERVICES:
        add(servicer(), gateway)
    return gateway
