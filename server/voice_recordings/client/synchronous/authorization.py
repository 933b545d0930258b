"""Puts a token on every call, and tries once more with another where one is refused."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import grpc

from voice_recordings.client.credentials import Credentials


class _Details(NamedTuple):
    """A call as grpc's interceptors describe it."""

    method: str
    timeout: float | None
    metadata: Any
    credentials: Any
    wait_for_ready: bool | None
    compression: Any


class Authorization(
    grpc.UnaryUnaryClientInterceptor,
    grpc.UnaryStreamClientInterceptor,
    grpc.StreamUnaryClientInterceptor,
    grpc.StreamStreamClientInterceptor,
):
    """A client interceptor for calls of every kind."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def intercept_unary_unary(
        self, continuation: Callable[..., Any], client_call_details: Any, request: Any
    ) -> Any:
        """With a token; once more if it is refused, which a restarted server may do."""
        token = self._credentials.token()
        call = continuation(_with(client_call_details, token), request)
        if call.code() is grpc.StatusCode.UNAUTHENTICATED and self._credentials.refused(token):
            call = continuation(_with(client_call_details, self._credentials.token()), request)
        return call

    def intercept_unary_stream(
        self, continuation: Callable[..., Any], client_call_details: Any, request: Any
    ) -> Any:
        """With a token."""
        return continuation(_with(client_call_details, self._credentials.token()), request)

    def intercept_stream_unary(
        self,
        continuation: Callable[..., Any],
        client_call_details: Any,
        request_iterator: Iterator[Any],
    ) -> Any:
        """With a token; what was streamed cannot be streamed again."""
        return continuation(_with(client_call_details, self._credentials.token()), request_iterator)

    def intercept_stream_stream(
        self,
        continuation: Callable[..., Any],
        client_call_details: Any,
        request_iterator: Iterator[Any],
    ) -> Any:
        """With a token; what was streamed cannot be streamed again."""
        return continuation(_with(client_call_details, self._credentials.token()), request_iterator)


def _with(details: Any, token: str) -> _Details:
    return _Details(
        details.method,
        details.timeout,
        (*(details.metadata or ()), ("authorization", f"Bearer {token}")),
        details.credentials,
        details.wait_for_ready,
        details.compression,
    )
