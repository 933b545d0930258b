"""Deliveries as messages, and the body a webhook carries."""

from collections.abc import Callable

import orjson
from google.protobuf.json_format import MessageToDict

from voice_recordings.errors import InvalidArgument
from voice_recordings.recordings.delivery import Delivery
from voice_recordings.recordings.names import RecordingName, check_id
from voice_recordings.recordings.recording import Recording
from voice_recordings.rpc.messages import LinkMaker, duration, recording_message, timestamp
from voicerecordings.recorder.v1.webhooks_pb2 import Delivery as DeliveryMessage


def body_encoder(link: LinkMaker) -> Callable[[Recording], bytes]:
    """What makes the body of a recording's webhook: the FULL view, as REST shows it."""

    def encode(recording: Recording) -> bytes:
        return orjson.dumps(MessageToDict(recording_message(recording, link)))

    return encode


def delivery_message(delivery: Delivery) -> DeliveryMessage:
    """The delivery with all that is kept of its attempts."""
    due = delivery.next_attempt_time
    return DeliveryMessage(
        name=f"{delivery.recording}/deliveries/{delivery.id}",
        uri=delivery.url,
        state=delivery.state.value,
        create_time=timestamp(delivery.create_time),
        next_attempt_time=timestamp(due) if due else None,
        attempts=[
            DeliveryMessage.Attempt(
                start_time=timestamp(attempt.start_time),
                latency=duration(attempt.latency),
                status=attempt.status or 0,
                failure=attempt.failure.value if attempt.failure else None,
                detail=attempt.detail,
            )
            for attempt in delivery.attempts
        ],
    )


def delivery_of(text: str, field: str = "name") -> tuple[RecordingName, str]:
    """The recording and the id in a delivery's name; raises `InvalidArgument`."""
    recording, separator, delivery_id = text.partition("/deliveries/")
    if not separator:
        raise InvalidArgument.of(
            field, "must look like projects/*/calls/*/recordings/*/deliveries/*"
        )
    check_id(delivery_id, field)
    return RecordingName.parse(recording, field), delivery_id
