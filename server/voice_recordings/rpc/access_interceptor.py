"""Asks every call who makes it and whether they may, at every door alike."""

import logging
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import grpc
from grpc.aio import ServicerContext

from voice_recordings.access.authenticator import Authenticates
from voice_recordings.access.policy import Policy
from voice_recordings.errors import InvalidArgument, PermissionDenied, Unauthenticated
from voice_recordings.recordings.names import check_project
from voice_recordings.rpc.behaviours import (
    Behaviour,
    Handler,
    WrappingInterceptor,
    around,
    refusing,
)
from voice_recordings.rpc.permissions import METHODS, OPEN, Needed, methods_without_permission
from voice_recordings.telemetry.caller import caller

_log = logging.getLogger(__name__)

_Context = ServicerContext[Any, Any]
# Passes a request message, or raises what it is refused with.
_Check = Callable[[Any], None]


class AccessInterceptor(WrappingInterceptor):
    """Lets a call through when its caller holds the method's permission in its project.

    Goes inside the `ErrorInterceptor`, which turns its refusals into statuses.
    Who calls is settled before anything of the request is read.
    """

    def __init__(
        self,
        authenticator: Authenticates,
        policy: Callable[[], Policy],
        services: Iterable[str],
    ) -> None:
        """Raises LookupError if a method of the services has no permission to ask for."""
        super().__init__()
        missing = methods_without_permission(services)
        if missing:
            raise LookupError(f"rpc/permissions.py has no entry for {', '.join(missing)}")
        self._authenticator = authenticator
        self._policy = policy

    def arrived(self, details: grpc.HandlerCallDetails) -> None:
        """Finds out who calls; raises `Unauthenticated` where that cannot be told."""
        if str(details.method).startswith(OPEN):
            return
        try:
            known = self._authenticator.authenticate(
                [value for key, value in details.invocation_metadata if key == "authorization"]
            )
        except Unauthenticated as error:
            _log.info("refused %s: %s", details.method, error.reason)
            raise
        # Each call has a task, and so a context, of its own.
        caller.set(known.email)

    def wrap(self, method: str, handler: Handler) -> Handler:
        """The handler, which lets through what its caller may do."""
        if method.startswith(OPEN):
            return handler
        needed = METHODS.get(method)
        if needed is None:
            return refusing(PermissionDenied)
        takes_stream = handler.request_streaming

        async def opened(request: Any) -> Any:
            check = self._check(needed)
            if takes_stream:
                return await _opened(request, check)
            check(request)
            return request

        def answer(behaviour: Behaviour) -> Behaviour:
            async def call(request: Any, context: _Context) -> Any:
                return await behaviour(await opened(request), context)

            return call

        def stream(behaviour: Behaviour) -> Behaviour:
            async def call(request: Any, context: _Context) -> AsyncIterator[Any]:
                async for response in behaviour(await opened(request), context):
                    yield response

            return call

        return around(handler, answer=answer, stream=stream)

    def _check(self, needed: Needed) -> _Check:
        email, passed = caller.get(), ""

        def check(request: Any) -> None:
            nonlocal passed
            # The messages of a stream after the first leave the name out.
            name: str = getattr(request, needed.field) or passed
            project = _project(name, needed.field)
            # Asked for each message: what is taken away ends a stream too.
            if not self._policy().allows(email, needed.permission, project):
                _log.info("refused %s to %s in project %s", needed.permission.value, email, project)
                raise PermissionDenied
            passed = name

        return check


def _project(name: str, field: str) -> str:
    collection, _, rest = name.partition("/")
    if collection != "projects":
        raise InvalidArgument.of(field, "must begin with projects/")
    project = rest.partition("/")[0]
    check_project(project, field)
    return project


async def _opened(requests: AsyncIterator[Any], check: _Check) -> AsyncIterator[Any]:
    """The requests as they were, once the first one has been let through."""
    reader = aiter(requests)
    first = await anext(reader, None)
    if first is None:
        raise InvalidArgument("the request stream held no message")
    check(first)
    return _checked(first, reader, check)


async def _checked(first: Any, rest: AsyncIterator[Any], check: _Check) -> AsyncIterator[Any]:
    yield first
    async for request in rest:
        check(request)
        yield request
