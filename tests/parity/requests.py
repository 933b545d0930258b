"""One request told twice: as a gRPC message, and as HTTP."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlencode

import grpc
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message
from grpc_status import rpc_status

from enfonica.voice.v1beta1 import recordings_pb2, recordings_pb2_grpc
from support.server import call
from voice_recordings.app import Running
from voicerecordings.recorder.v1 import (
    recorder_pb2,
    recorder_pb2_grpc,
    webhooks_pb2,
    webhooks_pb2_grpc,
)

_HTTP_STATUS = {
    "OK": 200,
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "OUT_OF_RANGE": 400,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "UNIMPLEMENTED": 501,
}


_REQUEST_CLASSES: dict[str, type[Message]] = {
    "GetRecording": recordings_pb2.GetRecordingRequest,
    "ListRecordings": recordings_pb2.ListRecordingsRequest,
    "DeleteRecording": recordings_pb2.DeleteRecordingRequest,
    "GetSession": recorder_pb2.GetSessionRequest,
    "ListDeliveries": webhooks_pb2.ListDeliveriesRequest,
    "RedeliverWebhook": webhooks_pb2.RedeliverWebhookRequest,
    "RedeliverFailedWebhooks": webhooks_pb2.RedeliverFailedWebhooksRequest,
    "CreateRecording": recorder_pb2.CreateRecordingRequest,
    "FinishRecording": recorder_pb2.FinishRecordingRequest,
    "PauseRecording": recorder_pb2.PauseRecordingRequest,
    "ResumeRecording": recorder_pb2.ResumeRecordingRequest,
}


@dataclass(frozen=True)
class Outcome:
    """What a door answered, in the one form both are compared in."""

    code: str
    message: str
    details: tuple[str, ...]
    response: dict[str, Any] | None


@dataclass(frozen=True)
class Request:
    """A call of one method; `fields` are the message's in their JSON form."""

    method: str
    fields: dict[str, Any]
    http_method: str
    path: str
    query: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] | None = None


def over_grpc(server: Running, request: Request) -> Outcome:
    """Sends the message."""
    with grpc.insecure_channel(server.grpc_address) as channel:
        stubs: list[Any] = [
            recordings_pb2_grpc.RecordingsStub(channel),
            recorder_pb2_grpc.RecorderStub(channel),
            webhooks_pb2_grpc.WebhooksStub(channel),
        ]
        (method,) = [
            getattr(stub, request.method) for stub in stubs if hasattr(stub, request.method)
        ]
        return _grpc_outcome(method, request)


def over_rest(server: Running, request: Request) -> Outcome:
    """Sends the HTTP request."""
    query = urlencode(request.query, doseq=True)
    path = request.path + (f"?{query}" if query else "")
    body = None if request.body is None else json.dumps(request.body).encode()
    headers = {} if body is None else {"content-type": "application/json"}
    return _rest_outcome(
        call(server.http_url, path, method=request.http_method, body=body, headers=headers)
    )


def import_over_grpc(
    server: Running, fields: dict[str, Any], file: bytes, *, content_type: str = "audio/wav"
) -> Outcome:
    """Streams a file in pieces of 64 KiB."""

    def requests() -> Iterator[recorder_pb2.ImportRecordingRequest]:
        first = ParseDict(fields, recorder_pb2.ImportRecordingRequest())
        first.file.content_type = content_type
        first.file.data = file[: 64 * 1024]
        yield first
        for start in range(64 * 1024, len(file), 64 * 1024):
            piece = recorder_pb2.ImportRecordingRequest()
            piece.file.data = file[start : start + 64 * 1024]
            yield piece

    with grpc.insecure_channel(server.grpc_address) as channel:
        stub = recorder_pb2_grpc.RecorderStub(channel)
        return _outcome_of(lambda: stub.ImportRecording(requests()))


def import_over_rest(
    server: Running, fields: dict[str, Any], file: bytes, *, content_type: str = "audio/wav"
) -> Outcome:
    """Posts a file as the body, the fields as query parameters."""
    parent = fields.get("parent", "")
    query = urlencode({k: v for k, v in fields.items() if k != "parent"}, doseq=True)
    return _rest_outcome(
        call(
            server.http_url,
            f"/v1/{parent}/recordings:import" + (f"?{query}" if query else ""),
            method="POST",
            body=file,
            headers={"content-type": content_type},
        )
    )


def _grpc_outcome(method: Any, request: Request) -> Outcome:
    message_class = _REQUEST_CLASSES[request.method]
    return _outcome_of(lambda: method(ParseDict(request.fields, message_class())))


def _outcome_of(send: Any) -> Outcome:
    try:
        response: Message = send()
    except grpc.RpcError as raised:
        error = cast("grpc.Call", raised)
        status = rpc_status.from_call(error)
        details = tuple(
            json.dumps(MessageToDict(detail), sort_keys=True)
            for detail in (status.details if status else ())
        )
        return Outcome(error.code().name, error.details() or "", details, None)
    return Outcome("OK", "", (), MessageToDict(response))


def _rest_outcome(answer: Any) -> Outcome:
    if answer.status == _HTTP_STATUS["OK"]:
        return Outcome("OK", "", (), answer.json)
    error = answer.json["error"]
    assert answer.status == error["code"] == _HTTP_STATUS[error["status"]]
    details = tuple(json.dumps(detail, sort_keys=True) for detail in error["details"])
    return Outcome(error["status"], error["message"], details, None)
