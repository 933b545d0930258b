"""The ASGI application that generated `add_…Servicer_to_server` functions register with."""

import asyncio
import ipaddress
import logging
import re
from collections.abc import Callable, Iterable, MutableMapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import grpc
from google.protobuf.descriptor_pool import Default, DescriptorPool
from grpc import aio

from voice_recordings.gateway import binary, paths, query
from voice_recordings.gateway.bindings import Binding
from voice_recordings.gateway.call import Call
from voice_recordings.gateway.context import Context
from voice_recordings.gateway.cors import Cors
from voice_recordings.gateway.deadlines import timeout_seconds
from voice_recordings.gateway.decoder import Decoder
from voice_recordings.gateway.descriptors import (
    DescriptorError,
    declared_services,
    pool_of,
    pool_of_files,
)
from voice_recordings.gateway.dispatch import Dispatcher
from voice_recordings.gateway.errors import GatewayError, Status, invalid
from voice_recordings.gateway.formats import Formats
from voice_recordings.gateway.inbox import ClientGoneError, Inbox, Receive
from voice_recordings.gateway.interruption import DeadlineError, Interruption
from voice_recordings.gateway.limits import Limits
from voice_recordings.gateway.metadata import Incoming, incoming, numbered_ids
from voice_recordings.gateway.openapi import Description, document
from voice_recordings.gateway.pages import Pages
from voice_recordings.gateway.parameters import take
from voice_recordings.gateway.proxy import handlers
from voice_recordings.gateway.reflection import described
from voice_recordings.gateway.registration import Registrar
from voice_recordings.gateway.requests import RequestReader
from voice_recordings.gateway.responder import Responder, Send
from voice_recordings.gateway.responses import ResponseWriter
from voice_recordings.gateway.routes import Match

_log = logging.getLogger(__name__)

# Accepted, and not with a weight of nothing (RFC 9110, 12.5.3).
_GZIP = re.compile(r"(?:^|,) *gzip *(?:$|,|; *q=(?!0(?:\.0*)?(?:$|,| )))", re.IGNORECASE)

Scope = MutableMapping[str, Any]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request in its parts."""

    raw_path: bytes
    http_method: str
    query_string: bytes
    head: Incoming
    body: Inbox


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
        cors: Cors | None = None,
        description: Description | None = None,
        method_override: bool = False,
        new_request_id: Callable[[], str] | None = None,
    ) -> None:
        """Takes what is different from the defaults.

        `interceptors` are grpc.aio's, in the order a server would be given
        them; `executor` runs synchronous servicers; `trusted_proxies` are the
        networks whose x-forwarded-* headers are believed; `error_domain` is
        the ErrorInfo domain of the gateway's own refusals; `method_override`
        lets POST stand for another method by X-HTTP-Method-Override; a
        `description` makes /openapi.json and /docs.
        """
        super().__init__(
            Dispatcher(interceptors, executor),
            descriptor_pool or Default(),
            limits or Limits(),
        )
        self._formats = Formats(self.pool)
        self._decoder = Decoder(self.pool)
        self._proxies = [ipaddress.ip_network(network) for network in trusted_proxies]
        self._domain = error_domain
        self._cors = cors
        self._pages = None
        if description is not None:
            self._pages = Pages(lambda: document(self.bindings, description))
        self._method_override = method_override
        self._new_request_id = new_request_id or numbered_ids()

    @classmethod
    async def proxy(
        cls,
        channel: aio.Channel,
        *,
        services: Sequence[str] | None = None,
        descriptor_set: bytes | None = None,
        **options: Any,
    ) -> "Gateway":
        """A gateway in front of a remote server, in whatever language that is.

        Descriptors come from a serialized FileDescriptorSet, or from the
        server's reflection; `services` are all there are unless named.
        `options` are those of a Gateway. Raises DescriptorError for
        descriptors that cannot be had or used.
        """
        if descriptor_set is None:
            names, files = await described(channel, services)
            pool = pool_of_files(files)
        else:
            pool = pool_of(descriptor_set)
            names = list(services or declared_services(descriptor_set))
        gateway = cls(descriptor_pool=pool, **options)
        for name in names:
            try:
                service = pool.FindServiceByName(name)
            except KeyError as error:
                raise DescriptorError(f"the descriptors declare no service {name}") from error
            gateway.add_registered_method_handlers(name, handlers(channel, service))
        return gateway

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request; has nothing to start or stop."""
        if scope["type"] == "http":
            await self._answer(scope, receive, send)
        elif scope["type"] == "lifespan":
            await _lifespan(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        responder = Responder(
            send,
            self._formats.default,
            self._new_request_id(),
            head=scope["method"] == "HEAD",
        )
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
        head = incoming(
            scope["headers"],
            self.limits,
            responder.request_id,
            proxied=self._is_proxied(scope.get("client")),
        )
        responder.request_id = head.request_id
        responder.accepts_gzip = bool(_GZIP.search(head.get(b"accept-encoding")))
        raw_path = self._raw_path(scope)
        http_method: str = scope["method"]
        if self._method_override and http_method == "POST":
            http_method = head.get(b"x-http-method-override") or http_method
        if self._cors is not None and b"origin" in head.own:
            if http_method == "OPTIONS" and b"access-control-request-method" in head.own:
                await self._preflight(raw_path, head, responder)
                return
            responder.extra_headers = self._cors.headers(head.get(b"origin"))
        page = self._pages.find(raw_path) if self._pages is not None else None
        if page is not None and http_method in {"GET", "HEAD"}:
            content_type, content, headers = page
            await responder.whole(200, content_type, content, headers)
            return
        loop = asyncio.get_running_loop()
        timeout = timeout_seconds(head, self.limits)
        deadline = None if timeout is None else loop.time() + timeout
        context = Context(head.metadata, scope.get("client"), deadline, loop)
        door = self._binary_door if raw_path.startswith(binary.PREFIX + b"/") else self._json_door
        call = door(
            Exchange(raw_path, http_method, scope.get("query_string", b""), head, body),
            context,
            responder,
        )
        await call.answer(Interruption(body, deadline, loop, call.expire))

    def _json_door(self, exchange: "Exchange", context: Context, responder: Responder) -> Call:
        match = self._match(exchange.http_method, exchange.raw_path)
        binding = match.target
        head = exchange.head
        parameters, pairs = take(
            query.split(exchange.query_string, self.limits),
            binding.query.has_field,
            head.get(b"x-goog-fieldmask"),
        )
        responder.format = self._formats.of(parameters, binding)
        reader = RequestReader(
            binding,
            path=match.path,
            pairs=pairs,
            incoming=head,
            body=exchange.body,
            limits=self.limits,
            decoder=self._decoder,
        )
        lines = "application/x-ndjson" in head.get(b"accept").lower()
        writer = ResponseWriter(responder, context, binding, lines=lines)
        return Call(self.dispatcher, binding.method, context, reader, writer)

    def _binary_door(self, exchange: "Exchange", context: Context, responder: Responder) -> Call:
        responder.format = self._formats.binary
        method = binary.find(self.methods, exchange.http_method, exchange.raw_path)
        reader = binary.BinaryReader(method, exchange.head, exchange.body, self.limits)
        writer = binary.BinaryWriter(responder, context)
        return Call(self.dispatcher, method, context, reader, writer)

    async def _preflight(self, raw_path: bytes, head: Incoming, responder: Responder) -> None:
        if self._cors is None:
            return
        methods = self.routes.methods(_split(raw_path)) or ["POST"]
        headers = self._cors.preflight(
            head.get(b"origin"), methods, head.get(b"access-control-request-headers")
        )
        await responder.whole(204, b"text/plain", b"", headers)

    def _raw_path(self, scope: Scope) -> bytes:
        """The path as it was sent, below where the gateway is mounted."""
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
        return raw_path

    def _match(self, http_method: str, raw_path: bytes) -> Match[Binding]:
        path = _split(raw_path)
        match = self.routes.find(http_method, path)
        if match is None:
            raise self._unmatched(http_method, path)
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


def _split(raw_path: bytes) -> paths.Path:
    try:
        return paths.split(raw_path)
    except paths.PathError as error:
        raise invalid(str(error), reason="BAD_PATH") from error


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        event = await receive()
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return
