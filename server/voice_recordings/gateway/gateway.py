"""The ASGI application that generated `add_…Servicer_to_server` functions register with."""

import asyncio
import ipaddress
import logging
import uuid
from collections.abc import Callable, Iterable, MutableMapping, Sequence
from concurrent.futures import Executor
from typing import Any
from urllib.parse import quote

import grpc
from google.protobuf.descriptor_pool import Default, DescriptorPool
from grpc import aio

from voice_recordings.gateway import paths, query
from voice_recordings.gateway.bindings import Binding
from voice_recordings.gateway.call import Call
from voice_recordings.gateway.context import Context
from voice_recordings.gateway.deadlines import timeout_seconds
from voice_recordings.gateway.decoder import Decoder
from voice_recordings.gateway.dispatch import Dispatcher
from voice_recordings.gateway.encoder import Encoder
from voice_recordings.gateway.errors import GatewayError, Status, invalid
from voice_recordings.gateway.inbox import ClientGoneError, Inbox, Receive
from voice_recordings.gateway.interruption import DeadlineError, Interruption
from voice_recordings.gateway.limits import Limits
from voice_recordings.gateway.metadata import Incoming, incoming
from voice_recordings.gateway.registration import Registrar
from voice_recordings.gateway.requests import RequestReader
from voice_recordings.gateway.responder import Responder, Send
from voice_recordings.gateway.responses import ResponseWriter
from voice_recordings.gateway.routes import Match

_log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]


class Gateway(Registrar):
    """REST for gRPC servicers: an ASGI application they are registered with."""

    def __init__(
        self,
        *,
        interceptors: Sequence[aio.ServerInterceptor] = (),
        limits: Limits | None = None,
        descriptor_pool: DescriptorPool | None = None,
        executor: Executor | None = None,
        trusted_proxies: Iterable[str] = (),
        error_domain: str = "gateway",
        new_request_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        """Takes what is different from the defaults.

        `interceptors` are grpc.aio's, in the order a server would be given
        them; `executor` runs synchronous servicers; `trusted_proxies` are the
        networks whose x-forwarded-* headers are believed; `error_domain` is
        the ErrorInfo domain of the gateway's own refusals.
        """
        super().__init__(
            Dispatcher(interceptors, executor),
            descriptor_pool or Default(),
            limits or Limits(),
        )
        self._encoder = Encoder(self.pool)
        self._decoder = Decoder(self.pool)
        self._proxies = [ipaddress.ip_network(network) for network in trusted_proxies]
        self._domain = error_domain
        self._new_request_id = new_request_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request; has nothing to start or stop."""
        if scope["type"] == "http":
            await self._answer(scope, receive, send)
        elif scope["type"] == "lifespan":
            await _lifespan(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        responder = Responder(send, self._encoder, head=scope["method"] == "HEAD")
        try:
            await self._transcode(scope, Inbox(receive), responder)
        except GatewayError as error:
            await responder.error(error.status(self._domain), error.http_status, error.headers)
        except ClientGoneError:
            # Nobody is left to hear it; servers drop what is sent now.
            await responder.error(Status(grpc.StatusCode.CANCELLED, "the client went away"))
        except DeadlineError:
            pass  # the client was told when it passed
        except Exception:
            _log.exception("the gateway failed on %s", scope.get("path"))
            await responder.error(Status(grpc.StatusCode.INTERNAL, "the gateway failed"))

    async def _transcode(self, scope: Scope, body: Inbox, responder: Responder) -> None:
        responder.request_id = self._new_request_id()
        head = incoming(
            scope["headers"],
            self.limits,
            responder.request_id,
            proxied=self._is_proxied(scope.get("client")),
        )
        responder.request_id = head.request_id
        match = self._match(scope)
        binding = match.target
        pairs = query.split(scope.get("query_string", b""), self.limits)
        loop = asyncio.get_running_loop()
        timeout = timeout_seconds(head, self.limits)
        deadline = None if timeout is None else loop.time() + timeout
        context = Context(head.metadata, scope.get("client"), deadline, loop)
        call = Call(
            self.dispatcher,
            binding,
            context,
            RequestReader(
                binding,
                path=match.path,
                pairs=pairs,
                incoming=head,
                body=body,
                limits=self.limits,
                decoder=self._decoder,
            ),
            ResponseWriter(responder, context, binding, self._encoder, lines=_wants_lines(head)),
        )
        await call.answer(Interruption(body, deadline, loop, call.expire))

    def _match(self, scope: Scope) -> Match[Binding]:
        raw_path: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
        root: bytes = quote(scope.get("root_path", "")).encode()
        if root and raw_path.startswith(root + b"/"):
            raw_path = raw_path[len(root) :]
        limit = self.limits.uri_bytes
        query_string = scope.get("query_string", b"")
        if len(raw_path) + len(query_string) + bool(query_string) > limit:
            raise GatewayError(
                414,
                grpc.StatusCode.INVALID_ARGUMENT,
                "URI_TOO_LONG",
                f"path and query are longer than {limit} bytes",
            )
        try:
            path = paths.split(raw_path)
        except paths.PathError as error:
            raise invalid(str(error), reason="BAD_PATH") from error
        match = self.routes.find(scope["method"], path)
        if match is None:
            raise self._unmatched(scope["method"], path)
        return match

    def _unmatched(self, method: str, path: paths.Path) -> GatewayError:
        allowed = self.routes.methods(path)
        if not allowed:
            return GatewayError(
                404, grpc.StatusCode.NOT_FOUND, "NO_SUCH_PATH", "there is nothing at this path"
            )
        return GatewayError(
            405,
            grpc.StatusCode.UNIMPLEMENTED,
            "METHOD_NOT_ALLOWED",
            f"{method[:40]} is not among {', '.join(allowed)}",
            headers=[(b"allow", ", ".join(allowed).encode("latin-1", "replace"))],
        )

    def _is_proxied(self, client: Sequence[Any] | None) -> bool:
        if not self._proxies or not client:
            return False
        try:
            address = ipaddress.ip_address(client[0])
        except ValueError:
            return False
        return any(address in network for network in self._proxies)


def _wants_lines(head: Incoming) -> bool:
    return "application/x-ndjson" in head.get(b"accept").lower()


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        event = await receive()
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return
