"""Errors as gRPC statuses with google.rpc details."""

from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, ResourceInfo, RetryInfo
from google.rpc.status_pb2 import Status
from grpc import StatusCode

from voice_recordings.errors import Code, VoiceRecordingsError

DOMAIN = "voice-recordings"
DETAILS_KEY = "grpc-status-details-bin"

_RETRY_SECONDS = 1.0
_RETRYABLE = (Code.RESOURCE_EXHAUSTED, Code.UNAVAILABLE)


def status_code(code: Code) -> StatusCode:
    """The code as grpc has it."""
    return StatusCode[code.value]


def status_message(error: VoiceRecordingsError) -> Status:
    """The error as a google.rpc.Status: ErrorInfo always, the others where they say something."""
    details: list[Message] = [
        ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=error.metadata)
    ]
    if error.violations:
        details.append(
            BadRequest(
                field_violations=[
                    BadRequest.FieldViolation(
                        field=violation.field, description=violation.description
                    )
                    for violation in error.violations
                ]
            )
        )
    if error.resource:
        kind, name = error.resource
        details.append(ResourceInfo(resource_type=kind, resource_name=name))
    if error.code in _RETRYABLE:
        delay = Duration()
        delay.FromNanoseconds(int((error.retry_seconds or _RETRY_SECONDS) * 1e9))
        details.append(RetryInfo(retry_delay=delay))
    return Status(
        code=status_code(error.code).value[0],
        message=error.message,
        details=[_packed(detail) for detail in details],
    )


def _packed(detail: Message) -> Any:
    packed = Any()
    packed.Pack(detail)
    return packed
