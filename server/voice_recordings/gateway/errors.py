"""Statuses, and how HTTP tells of them (AIP-193).

The gateway's own refusals are statuses too, with an ErrorInfo that says which
rule was broken.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import grpc
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2

STATUS_DETAILS_KEY: Final = "grpc-status-details-bin"

# google/rpc/code.proto names the HTTP status of each code.
HTTP_STATUS: Final[Mapping[grpc.StatusCode, int]] = {
    grpc.StatusCode.OK: 200,
    grpc.StatusCode.CANCELLED: 499,
    grpc.StatusCode.UNKNOWN: 500,
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.DEADLINE_EXCEEDED: 504,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.FAILED_PRECONDITION: 400,
    grpc.StatusCode.ABORTED: 409,
    grpc.StatusCode.OUT_OF_RANGE: 400,
    grpc.StatusCode.UNIMPLEMENTED: 501,
    grpc.StatusCode.INTERNAL: 500,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.DATA_LOSS: 500,
    grpc.StatusCode.UNAUTHENTICATED: 401,
}
_BY_NUMBER: Final = {code.value[0]: code for code in grpc.StatusCode}

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Violation:
    """What is wrong with one field, as BadRequest tells it."""

    field: str
    description: str


@dataclass(frozen=True, slots=True)
class Status:
    """How a call ended, with the details its servicer gave."""

    code: grpc.StatusCode
    message: str = ""
    details: tuple[any_pb2.Any, ...] = ()

    @property
    def http_status(self) -> int:
        """The HTTP status of the code."""
        return HTTP_STATUS[self.code]


class GatewayError(Exception):
    """A request the gateway itself refuses."""

    def __init__(
        self,
        http_status: int,
        code: grpc.StatusCode,
        reason: str,
        message: str,
        *,
        violations: Iterable[Violation] = (),
        headers: Headers = (),
    ) -> None:
        """Takes the HTTP status apart from the code: 405, 413 … have no code of their own."""
        super().__init__(message)
        self.http_status = http_status
        self.headers = headers
        self.code = code
        self.reason = reason
        self.message = message
        self.violations = tuple(violations)

    def status(self, domain: str) -> Status:
        """The status to answer with; `domain` says whose reason it is (AIP-193)."""
        details: list[Any] = [error_details_pb2.ErrorInfo(reason=self.reason, domain=domain)]
        if self.violations:
            bad_request = error_details_pb2.BadRequest()
            for violation in self.violations:
                bad_request.field_violations.add(
                    field=violation.field, description=violation.description
                )
            details.append(bad_request)
        return Status(self.code, self.message, tuple(_packed(detail) for detail in details))


def invalid(
    message: str, violations: Iterable[Violation] = (), *, reason: str = "INVALID_REQUEST"
) -> GatewayError:
    """A request that is wrong in itself: 400."""
    return GatewayError(
        400, grpc.StatusCode.INVALID_ARGUMENT, reason, message, violations=violations
    )


def _packed(detail: Any) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(detail)
    return packed


def code_of(code: Any) -> grpc.StatusCode:
    """The code a servicer meant; grpcio takes integers too, and anything else is UNKNOWN."""
    if isinstance(code, grpc.StatusCode):
        return code
    return _BY_NUMBER.get(code, grpc.StatusCode.UNKNOWN)


def rich_details(trailing_metadata: Iterable[tuple[str, str | bytes]]) -> tuple[any_pb2.Any, ...]:
    """The details in a google.rpc.Status that grpcio-status put into the trailers."""
    for key, value in trailing_metadata:
        if key == STATUS_DETAILS_KEY and isinstance(value, bytes):
            status = status_pb2.Status()
            try:
                status.ParseFromString(value)
            except ValueError:  # DecodeError; the code and message still stand
                return ()
            return tuple(status.details)
    return ()


def retry_seconds(details: Iterable[any_pb2.Any]) -> int | None:
    """Whole seconds of a RetryInfo, rounded up, for Retry-After."""
    for detail in details:
        if detail.Is(error_details_pb2.RetryInfo.DESCRIPTOR):
            retry = error_details_pb2.RetryInfo()
            try:
                retry.ParseFromString(detail.value)
            except ValueError:
                return None
            delay = retry.retry_delay
            return max(0, int(delay.seconds) + int(delay.nanos > 0))
    return None
