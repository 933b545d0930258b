"""Asks every call who makes it and whether they may, at every door alike."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from functools import partial
from typing import Any, NoReturn, TypeAlias

import grpc
from grpc.aio import ServerInterceptor, ServicerContext

from voice_recordings.access.authenticator import Authenticator, Caller
from voice_recordings.access.policy import Policy
from voice_recordings.errors import (
    InvalidArgument,
    PermissionDenied,
    Unauthenticated,
    VoiceRecordingsError,
)
from voice_recordings.recordings.names import check_project
from voice_recordings.rpc.behaviours import around
from voice_recordings.rpc.permissions import METHODS, OPEN, Needed, methods_without_permission
from voice_recordings.telemetry.caller import caller as caller_name

_log = logging.getLogger(__name__)

_Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any] | None"
_Context = ServicerContext[Any, Any]
# Passes a request message, or raises what it is refused with.
_Check = Callable[[Any], None]


class AccessInterceptor(ServerInterceptor):
    """Lets a call through when its caller holds the method's permission in its project.

    Goes inside the `ErrorInterceptor`, which turns its refusals into statuses.
    Who calls is settled before anything of the request is read.
    """

    def __init__(
        self,
        authenticator: Authenticator,
        policy: Callable[[], Policy],
        services: Iterable[str],
    ) -> None:
        """Raises LookupError if a method of the services has no permission to ask for."""
        missing = methods_without_permission(services)
        if missing:
            raise LookupError(f"rpc/permissions.py has no entry for {', '.join(missing)}")
        self._authenticator = authenticator
        self._policy = policy

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[_Handler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> _Handler:
        """Wraps the method's behaviour; see `grpc.aio.ServerInterceptor`."""
        handler = await continuation(handler_call_details)
        method = str(handler_call_details.method)
        if handler is None or method.startswith(OPEN):
            return handler
        needed = METHODS.get(method)
        if needed is None:
            return _refusing(PermissionDenied())
        metadata = handler_call_details.invocation_metadata
        try:
            caller = self._authenticator.authenticate(
                [value for key, value in metadata if key == "authorization"]
            )
        except Unauthenticated as error:
            _log.info("refused %s: %s", method, error.reason)
            return _refusing(error)
        return _guarded(handler, self._check(caller, needed))

    def _check(self, caller: Caller, needed: Needed) -> _Check:
        passed = ""

        def check(request: Any) -> None:
            nonlocal passed
            name: str = getattr(request, needed.field)
            # The messages of a stream after the first leave the name out.
            if not name and passed:
                name = passed
            project = _project(name, needed.field)
            # Asked for each message: what is taken away ends a stream too.
            if not self._policy().allows(caller.email, needed.permission, project):
                _log.info(
                    "refused %s to %s in project %s", needed.permission.value, caller.email, project
                )
                raise PermissionDenied
            passed = name
            caller_name.set(caller.email)

        return check


def _project(name: str, field: str) -> str:
    collection, _, rest = name.partition("/")
    if collection != "projects":
        raise InvalidArgument.of(field, "must begin with projects/")
    project = rest.partition("/")[0]
    check_project(project, field)
    return project


def _refusing(error: VoiceRecordingsError) -> _Handler:
    """A handler for any method; of this shape, because it reads no request."""

    async def refuse(requests: Any, context: _Context) -> NoReturn:
        del requests, context
        raise error

    return grpc.stream_unary_rpc_method_handler(refuse)


def _guarded(handler: Any, check: _Check) -> _Handler:
    if handler.request_streaming:
        return around(
            handler,
            answer=partial(_stream_unary, check=check),
            stream=partial(_stream_stream, check=check),
        )
    return around(
        handler,
        answer=partial(_unary_unary, check=check),
        stream=partial(_unary_stream, check=check),
    )


def _unary_unary(behaviour: Any, check: _Check) -> Any:
    async def call(request: Any, context: _Context) -> Any:
        check(request)
        return await behaviour(request, context)

    return call


def _stream_unary(behaviour: Any, check: _Check) -> Any:
    async def call(requests: AsyncIterator[Any], context: _Context) -> Any:
        return await behaviour(_checked(requests, check), context)

    return call


def _unary_stream(behaviour: Any, check: _Check) -> Any:
    async def call(request: Any, context: _Context) -> AsyncIterator[Any]:
        check(request)
        async for response in behaviour(request, context):
            yield response

    return call


def _stream_stream(behaviour: Any, check: _Check) -> Any:
    async def call(requests: AsyncIterator[Any], context: _Context) -> AsyncIterator[Any]:
        async for response in behaviour(_checked(requests, check), context):
            yield response

    return call


async def _checked(requests: AsyncIterator[Any], check: _Check) -> AsyncIterator[Any]:
    async for request in requests:
        check(request)
        yield request
