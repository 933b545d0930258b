"""Puts a token on every call, and tries once more with another where one is refused."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import grpc
from grpc import aio

from voice_recordings.client.credentials import Credentials


class _Authorization:
    """What the four kinds of interceptor do; a token is fetched beside the loop."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    async def _with_token(self, details: aio.ClientCallDetails) -> tuple[Any, str]:
        token = await asyncio.to_thread(self._credentials.token)
        metadata = aio.Metadata(*(details.metadata or ()))
        metadata.add("authorization", f"Bearer {token}")
        return aio.ClientCallDetails(
            details.method,
            details.timeout,
            metadata,
            details.credentials,
            details.wait_for_ready,
        ), token


class _UnaryUnary(_Authorization, aio.UnaryUnaryClientInterceptor):
    async def intercept_unary_unary(
        self, continuation: Callable[..., Any], client_call_details: Any, request: Any
    ) -> Any:
        """With a token; once more if it is refused, which a restarted server may do."""
        details, token = await self._with_token(client_call_details)
        call = await continuation(details, request)
        refused = await call.code() is grpc.StatusCode.UNAUTHENTICATED
        if refused and self._credentials.refused(token):
            details, _ = await self._with_token(client_call_details)
            call = await continuation(details, request)
        return call


class _UnaryStream(_Authorization, aio.UnaryStreamClientInterceptor):
    async def intercept_unary_stream(
        self, continuation: Callable[..., Any], client_call_details: Any, request: Any
    ) -> Any:
        """With a token."""
        details, _ = await self._with_token(client_call_details)
        return await continuation(details, request)


class _StreamUnary(_Authorization, aio.StreamUnaryClientInterceptor):
    async def intercept_stream_unary(
        self, continuation: Callable[..., Any], client_call_details: Any, request_iterator: Any
    ) -> Any:
        """With a token; what was streamed cannot be streamed again."""
        details, _ = await self._with_token(client_call_details)
        return await continuation(details, request_iterator)


class _StreamStream(_Authorization, aio.StreamStreamClientInterceptor):
    async def intercept_stream_stream(
        self, continuation: Callable[..., Any], client_call_details: Any, request_iterator: Any
    ) -> Any:
        """With a token; what was streamed cannot be streamed again."""
        details, _ = await self._with_token(client_call_details)
        return await continuation(details, request_iterator)


def authorization(credentials: Credentials) -> Sequence[aio.ClientInterceptor]:
    """An interceptor for calls of every kind."""
    kinds = (_UnaryUnary, _UnaryStream, _StreamUnary, _StreamStream)
    return [kind(credentials) for kind in kinds]
