"""Any method of the services called through either door, by what its descriptor says."""

import http.client
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast
from urllib.parse import quote, urlsplit

import grpc
from google.api import annotations_pb2
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pool import Default
from google.protobuf.message_factory import GetMessageClass

from voice_recordings.app import SERVICES, Running
from voice_recordings.rpc.permissions import METHODS

_VARIABLE = re.compile(r"\{(\w+)=([^}]*)\}")
_VERBS = ("get", "post", "delete", "put", "patch")
# Each answer has these of its own.
_VARYING_HEADERS = frozenset({"date", "x-request-id"})


@dataclass(frozen=True)
class Route:
    """One way to a method: over gRPC, or by one of its HTTP rules."""

    method: str
    door: str
    verb: str = ""
    template: str = ""
    body: str = ""

    def __str__(self) -> str:
        name = self.method.rpartition("/")[2]
        return f"{name} over {self.door}{' ' + self.template if self.template else ''}"

    @property
    def field(self) -> str:
        """The request field that names the resource."""
        return METHODS[self.method].field

    @property
    def pattern(self) -> str:
        """What the resource's name looks like."""
        if not self.template:
            rules = [route for route in routes() if route.method == self.method and route.template]
            return rules[0].pattern if rules else "projects/*/calls/*/recordings/*"
        match = _VARIABLE.search(self.template)
        assert match is not None
        return match[2]

    def name(self, *ids: str) -> str:
        """A resource's name: the ids in place of the stars, which there may be fewer of."""
        left = iter(ids)
        return re.sub(r"\*", lambda _: next(left, "x1"), self.pattern)


@dataclass(frozen=True)
class Outcome:
    """What came back: its status, and all its bytes but those that differ each time."""

    code: str
    content: tuple[object, ...]


def routes() -> list[Route]:
    """Every way to every method that the application serves."""
    found = []
    for service in SERVICES:
        for method in Default().FindServiceByName(service).methods:
            found.append(Route(f"/{service}/{method.name}", "gRPC"))
            found += [
                Route(f"/{service}/{method.name}", "REST", verb, template, body)
                for verb, template, body in _rules(method)
            ]
    return found


def send(server: Running, route: Route, name: str, authorization: Sequence[str]) -> Outcome:
    """Calls a method on the resource of this name."""
    if route.door == "gRPC":
        return _over_grpc(server, route, name, authorization)
    return _over_rest(server, route, name, authorization)


def _rules(method: MethodDescriptor) -> Iterator[tuple[str, str, str]]:
    rule = method.GetOptions().Extensions[annotations_pb2.http]
    for each in (rule, *rule.additional_bindings):
        for verb in _VERBS:
            if getattr(each, verb):
                yield verb.upper(), getattr(each, verb), each.body


def _over_grpc(server: Running, route: Route, name: str, authorization: Sequence[str]) -> Outcome:
    service, _, method_name = route.method[1:].rpartition("/")
    method = Default().FindServiceByName(service).methods_by_name[method_name]
    request = GetMessageClass(method.input_type)(**{route.field: name})
    metadata = tuple(("authorization", value) for value in authorization)
    with grpc.insecure_channel(server.grpc_address) as channel:
        # On the wire one message is a stream of one: this calls methods of every shape.
        replies = channel.stream_stream(route.method, bytes, bytes)(
            iter([request.SerializeToString()]), metadata=metadata, timeout=60
        )
        try:
            return Outcome("OK", tuple(replies))
        except grpc.RpcError as raised:
            error = cast("grpc.Call", raised)
            trailers = tuple(
                (key, value)
                for key, value in error.trailing_metadata() or ()
                if key not in _VARYING_HEADERS
            )
            return Outcome(error.code().name, (error.details(), trailers))


def _over_rest(server: Running, route: Route, name: str, authorization: Sequence[str]) -> Outcome:
    path = _VARIABLE.sub(lambda _: quote(name, safe="/-._~%"), route.template)
    headers = [("Authorization", value) for value in authorization]
    body = None
    if route.verb != "GET" and route.body:
        raw = route.body == "file"
        headers.append(("Content-Type", "audio/wav" if raw else "application/json"))
        body = b"RIFF" if raw else b"{}"
    connection = http.client.HTTPConnection(urlsplit(server.http_url).netloc, timeout=60)
    connection.putrequest(route.verb, path, skip_accept_encoding=True)
    # One by one, since a header may be there twice.
    for header, value in [*headers, ("Content-Length", str(len(body or b"")))]:
        connection.putheader(header, value)
    connection.endheaders(body)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    told = tuple(
        sorted(
            (name.lower(), value)
            for name, value in answer.getheaders()
            if name.lower() not in _VARYING_HEADERS
        )
    )
    code = json.loads(content)["error"]["status"] if answer.status != 200 else "OK"
    return Outcome(code, (answer.status, told, content))
