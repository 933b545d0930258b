"""Routing and binding alone, for tables of 3 to 10,000 routes.

python benchmarks/gateway_routing.py
"""

import timeit
from typing import Any

from google.api import http_pb2
from google.protobuf.message_factory import GetMessageClass

from enfonica.voice.v1beta1 import recordings_pb2
from voice_recordings.gateway import paths, query
from voice_recordings.gateway.bindings import Binding
from voice_recordings.gateway.limits import Limits
from voice_recordings.gateway.methods import Method
from voice_recordings.gateway.routes import RouteTable
from voice_recordings.gateway.template import parse

PATH = b"/v1beta1/projects/p/calls/c/recordings/0199f9f2-7f8b-7c3e-9d56-0b8f3f1f7a11"
QUERY = b"view=FULL"


def table(routes: int) -> RouteTable[Any]:
    """Our Get among so many other routes."""
    descriptor = recordings_pb2.DESCRIPTOR.services_by_name["Recordings"].methods_by_name[
        "GetRecording"
    ]
    handler: Any = None
    method = Method(
        name="/enfonica.voice.v1beta1.Recordings/GetRecording",
        request_class=GetMessageClass(descriptor.input_type),
        response_class=GetMessageClass(descriptor.output_type),
        handler=handler,
        client_streaming=False,
        server_streaming=False,
        is_async=True,
    )
    rule = http_pb2.HttpRule(get="/v1beta1/{name=projects/*/calls/*/recordings/*}")
    binding = Binding(method, descriptor, rule, Limits())
    made: RouteTable[Any] = RouteTable()
    made.add("GET", binding.template, binding)
    for index in range(routes - 1):
        made.add("GET", parse(f"/v1beta1/{{name=projects/*/things{index}/*}}"), binding)
    return made


def bound(routes: RouteTable[Any]) -> Any:
    """The request message of a Get."""
    match = routes.find("GET", paths.split(PATH))
    assert match is not None
    binding = match.target
    message = binding.method.request_class()
    binding.set_path_fields(message, match.path)
    binding.query.bind(message, query.split(QUERY, Limits()))
    return message


if __name__ == "__main__":
    print("| routes | µs for a Get |")
    print("| -----: | -----------: |")
    for routes in (3, 100, 10_000):
        made = table(routes)
        best = min(timeit.repeat(lambda made=made: bound(made), number=500, repeat=9)) / 500  # type: ignore[misc]
        print(f"| {routes:6} | {best * 1e6:12.1f} |")
