"""What the service said no to, as the client tells it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import grpc
from google.rpc.error_details_pb2 import ErrorInfo
from grpc_status import rpc_status


class ServiceError(Exception):
    """The service refused a call, or could not be reached.

    `code` is the canonical status ("NOT_FOUND"), `reason` the stable word of
    its ErrorInfo, empty where it sent none.
    """

    def __init__(self, code: str, message: str, reason: str = "") -> None:
        self.code = code
        self.message = message
        self.reason = reason
        super().__init__(f"{code}: {message}")


@contextmanager
def service_errors(target: str) -> Iterator[None]:
    """Turns grpc's errors into `ServiceError`."""
    try:
        yield
    except grpc.RpcError as raised:
        # What a call raises is also the call, which its type does not say.
        error = cast("grpc.Call", raised)
        code = error.code()
        if code is grpc.StatusCode.UNAVAILABLE and not error.trailing_metadata():
            message = f"no server answers at {target} ({error.details()})"
            raise ServiceError(code.name, message) from raised
        raise ServiceError(code.name, error.details() or "", _reason(error)) from raised


def _reason(error: grpc.Call) -> str:
    try:
        status = rpc_status.from_call(error)
    except ValueError:
        return ""
    for detail in status.details if status else ():
        info = ErrorInfo()
        if detail.Unpack(info):
            return str(info.reason)
    return ""
