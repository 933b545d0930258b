"""The controls of one emulator, over gRPC."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import grpc

from voice_recordings.client.errors import error_of, grpc_error
from voicerecordings.emulator.v1 import emulator_pb2_grpc

# What was logged may be more than gRPC's clients take by default.
_OPTIONS = (("grpc.max_receive_message_length", -1),)
_NOT_SEEN = "NOT_SEEN"
_LOOK = (
    "Has the app come that far? requests.list() tells what it asked, webhooks.list() what it "
    "was posted; a clock that stands has to be advanced."
)


class Connection:
    """A channel for controls; every call raises `ServiceError`."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._channel = grpc.insecure_channel(target, options=_OPTIONS)
        self._stub = emulator_pb2_grpc.EmulatorStub(self._channel)

    def ask(self, method: str, request: Any) -> Any:
        """What a method answers; a list where it answers with a stream."""
        try:
            answer = getattr(self._stub, method)(request)
            return list(answer) if isinstance(answer, Iterator) else answer
        except grpc.RpcError as error:
            told = grpc_error(error, target=self._target, method=method, name="")
            if told.reason == _NOT_SEEN:
                # The emulator did answer in time; it is the app that did not do something.
                told = error_of(
                    told.code, told.message, told.reason, method=method, name="", advice=_LOOK
                )
            raise told from error

    def close(self) -> None:
        """Ends the connection."""
        self._channel.close()


def span_of(span: timedelta | None, parts: dict[str, float]) -> timedelta:
    """A span given as such, or in the words of `timedelta`: hours=1."""
    return (span or timedelta(0)) + timedelta(**parts)
