"""What generated `add_…Servicer_to_server` functions register servicers with."""

from collections.abc import Iterable, Mapping
from typing import NoReturn

import grpc
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc import aio

from voice_recordings.gateway.bindings import Binding, bindings
from voice_recordings.gateway.dispatch import Dispatcher
from voice_recordings.gateway.limits import Limits
from voice_recordings.gateway.methods import GenericHandler, Handler, Method, behaviour_of, is_async
from voice_recordings.gateway.routes import RouteTable

Handlers = Mapping[str, Handler]

_NO_PORTS = "a gateway has no ports; an ASGI server listens for it"


class Registrar(aio.Server):
    """A server to generated code, and to type checkers, that listens nowhere itself."""

    def __init__(self, dispatcher: Dispatcher, pool: DescriptorPool, limits: Limits) -> None:
        """Takes the pool that services are looked up in by name."""
        self.dispatcher = dispatcher
        self.pool = pool
        self.limits = limits
        self.routes: RouteTable[Binding] = RouteTable()
        self.methods: dict[str, Method] = {}
        self.bindings: list[Binding] = []

    def add_registered_method_handlers(self, service_name: str, method_handlers: Handlers) -> None:
        """Serves a service's methods under the paths they are annotated with.

        Raises RuleError, TemplateError or DuplicateRouteError for annotations
        that cannot be served, KeyError for a service the pool does not know.
        """
        service = self.pool.FindServiceByName(service_name)
        for name, handler in method_handlers.items():
            descriptor = service.methods_by_name[name]
            full_name = f"/{service_name}/{name}"
            if full_name not in self.methods:
                self._add(full_name, descriptor, handler)
        self.dispatcher.register(
            {f"/{service_name}/{name}": handler for name, handler in method_handlers.items()}
        )

    def add_generic_rpc_handlers(self, generic_rpc_handlers: Iterable[GenericHandler]) -> None:
        """Serves methods for which a generic handler has an answer.

        Generated code calls this beside add_registered_method_handlers for
        one and the same service, whose methods are then served once.
        """
        handlers = tuple(generic_rpc_handlers)
        self.dispatcher.register_generic(handlers)
        for handler in handlers:
            service_name = getattr(handler, "service_name", None)
            if callable(service_name):
                self._add_service(service_name())

    def _add_service(self, service_name: str) -> None:
        service = self.pool.FindServiceByName(service_name)
        for descriptor in service.methods:
            full_name = f"/{service_name}/{descriptor.name}"
            handler = self.dispatcher.resolve(full_name)
            if handler is not None and full_name not in self.methods:
                self._add(full_name, descriptor, handler)

    def _add(
        self,
        full_name: str,
        descriptor: MethodDescriptor,
        handler: Handler,
    ) -> None:
        method = Method(
            name=full_name,
            request_class=GetMessageClass(descriptor.input_type),
            response_class=GetMessageClass(descriptor.output_type),
            handler=handler,
            client_streaming=descriptor.client_streaming,
            server_streaming=descriptor.server_streaming,
            is_async=is_async(behaviour_of(handler)),
        )
        for binding in bindings(method, descriptor, self.limits):
            self.routes.add(binding.http_method, binding.template, binding)
            self.bindings.append(binding)
        self.methods[full_name] = method

    # The rest of grpc.aio.Server.

    def add_insecure_port(self, address: str) -> NoReturn:
        """Refuses: raises NotImplementedError."""
        raise NotImplementedError(_NO_PORTS)

    def add_secure_port(
        self,
        address: str,
        server_credentials: grpc.ServerCredentials,
    ) -> NoReturn:
        """Refuses: raises NotImplementedError."""
        raise NotImplementedError(_NO_PORTS)

    async def start(self) -> None:
        """Refuses: raises NotImplementedError."""
        raise NotImplementedError(_NO_PORTS)

    async def stop(self, grace: float | None) -> None:
        """Refuses: raises NotImplementedError."""
        raise NotImplementedError(_NO_PORTS)

    async def wait_for_termination(self, timeout: float | None = None) -> bool:  # noqa: ASYNC109 - its interface
        """Refuses: raises NotImplementedError."""
        raise NotImplementedError(_NO_PORTS)
