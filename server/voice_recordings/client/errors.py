"""What the service said no to, and what to do about it."""

from collections.abc import Iterable
from typing import cast

import grpc
from google.protobuf.message import DecodeError
from google.rpc.error_details_pb2 import ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status

_DETAILS_KEY = "grpc-status-details-bin"

# What to do where the service's own message cannot know.
_ADVICE = {
    "NOT_FOUND": "Check the name; a deleted recording does not come back.",
    "UNAVAILABLE": "Is the server running, and is this its gRPC address?",
    "DEADLINE_EXCEEDED": "The server is slow or stuck: give timeout_seconds a larger value, "
    "or look at its /readyz.",
    "UNAUTHENTICATED": "The server does not accept who you say you are: give the client "
    "credentials made for this server, or a new key.",
    "PERMISSION_DENIED": "Have the account granted a role on the project of this name, "
    "and check that the project is the one you mean.",
    "UNIMPLEMENTED": "The server is older than this client: update it.",
    "CANCELLED": "Unless you cancelled it, the server has too much to do: try again later.",
    "RESOURCE_EXHAUSTED": "The server has too much to do: try again later, or ask for less.",
}


class ServiceError(Exception):
    """The service refused a call, or could not be reached.

    `code` is the canonical status ("NOT_FOUND"); `message` what the service
    said; `reason` the stable word of its ErrorInfo, empty where it sent none;
    `method` and `name` what was asked of which resource; `advice` what to do;
    `retry_seconds` when the service would like to be asked again.
    """

    def __init__(
        self,
        code: str,
        message: str,
        reason: str = "",
        *,
        method: str = "",
        name: str = "",
        advice: str = "",
        retry_seconds: float | None = None,
    ) -> None:
        self.code = code
        self.message = message
        self.reason = reason
        self.method = method
        self.name = name
        self.advice = advice or _ADVICE.get(code, "")
        self.retry_seconds = retry_seconds
        what = " ".join(part for part in (method, name) if part)
        said = f"{message.rstrip('.!')}." if self.advice else message
        super().__init__(": ".join(p for p in (code, what, f"{said} {self.advice}".strip()) if p))


class NotFound(ServiceError):
    """There is no such resource, or none any more."""


class AlreadyExists(ServiceError):
    """There is another resource where this one was to be."""


class Refused(ServiceError):
    """The caller is not known here, or may not do this."""


class Unavailable(ServiceError):
    """The service cannot be reached, or takes no work at the moment."""


class TimedOut(ServiceError):
    """The answer did not come in time."""


_CLASSES: dict[str, type[ServiceError]] = {
    "NOT_FOUND": NotFound,
    "ALREADY_EXISTS": AlreadyExists,
    "UNAUTHENTICATED": Refused,
    "PERMISSION_DENIED": Refused,
    "UNAVAILABLE": Unavailable,
    "DEADLINE_EXCEEDED": TimedOut,
}


def error_of(
    code: str, message: str, reason: str = "", *, method: str, name: str, advice: str = ""
) -> ServiceError:
    """An error of the class that stands for the code."""
    kind = _CLASSES.get(code, ServiceError)
    return kind(code, message, reason, method=method, name=name, advice=advice)


def grpc_error(raised: grpc.RpcError, *, target: str, method: str, name: str) -> ServiceError:
    """The error that a call over gRPC ended with."""
    # What a call raises is also the call, which its type does not say.
    call = cast("grpc.Call", raised)
    code = call.code().name
    message = call.details() or ""
    status = _status(call.trailing_metadata() or ())
    if code == "UNAVAILABLE" and status is None:
        message = f"no server answers at {target} ({message})"
    error = error_of(code, message, method=method, name=name)
    for detail in status.details if status else ():
        info, retry = ErrorInfo(), RetryInfo()
        if detail.Unpack(info):
            error.reason = info.reason
        elif detail.Unpack(retry):
            error.retry_seconds = retry.retry_delay.ToNanoseconds() / 1e9
    return error


def _status(metadata: Iterable[tuple[str, str | bytes]]) -> Status | None:
    for key, value in metadata:
        if key == _DETAILS_KEY and isinstance(value, bytes):
            try:
                return Status.FromString(value)
            except DecodeError:
                return None
    return None
