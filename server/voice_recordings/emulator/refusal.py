"""The status a fault is planned with, as each door tells it."""

import json

import grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.json_format import MessageToDict
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

from voice_recordings.errors import Code
from voice_recordings.http.errors import STATUS
from voice_recordings.rpc.status import DETAILS_KEY, DOMAIN

_CODES = {code.value[0]: code for code in grpc.StatusCode}
_REASON = "PLANNED_FAULT"


def grpc_refusal(plan: Status) -> tuple[grpc.StatusCode, str, tuple[tuple[str, bytes], ...]]:
    """What `ServicerContext.abort` takes."""
    status = _whole(plan)
    return (
        _CODES[status.code],
        status.message,
        ((DETAILS_KEY, status.SerializeToString()),),
    )


def http_refusal(plan: Status) -> tuple[int, bytes]:
    """The HTTP status, and the body in the shape of AIP-193."""
    status = _whole(plan)
    name = _CODES[status.code].name
    number = STATUS[Code[name]] if name in Code.__members__ else 500
    error = {
        "code": number,
        "message": status.message,
        "status": name,
        "details": [MessageToDict(detail) for detail in status.details],
    }
    return number, json.dumps({"error": error}, separators=(",", ":")).encode()


def _whole(plan: Status) -> Status:
    """With an ErrorInfo, as every error of the service has, unless details are planned."""
    status = Status()
    status.CopyFrom(plan)
    status.message = plan.message or "a planned fault"
    if not status.details:
        packed = Any()
        packed.Pack(ErrorInfo(reason=_REASON, domain=DOMAIN))
        status.details.append(packed)
    return status
