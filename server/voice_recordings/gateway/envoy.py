"""Envoy's own transcoder, configured to serve the same routes.

For those who want it in front, and for tests that hold the two side by side.
The configuration is JSON, which Envoy reads as it reads YAML.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.rpc import error_details_pb2

_TYPE = "type.googleapis.com/envoy.extensions"


def descriptor_set(pool: DescriptorPool, services: Iterable[str]) -> bytes:
    """The files of the services and all they import, in an order that can be read.

    With them come google.rpc's details, which Envoy prints only if it knows them.
    """
    made = FileDescriptorSet()
    seen: set[str] = set()

    def add(file: FileDescriptor) -> None:
        if file.name in seen:
            return
        seen.add(file.name)
        for imported in file.dependencies:
            add(imported)
        file.CopyToProto(made.file.add())

    for name in services:
        add(pool.FindServiceByName(name).file)
    add(error_details_pb2.DESCRIPTOR)
    return made.SerializeToString()


def configuration(
    services: Sequence[str],
    descriptor_set_path: str,
    target: tuple[str, int],
    listen: tuple[str, int],
) -> bytes:
    """A whole configuration: one listener, the transcoder, one gRPC cluster.

    What the transcoder can be told, it is told as the gateway does it: unknown
    parameters are refused, captured slashes stay escaped, errors have details.
    """
    transcoder = {
        "@type": f"{_TYPE}.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder",
        "proto_descriptor": descriptor_set_path,
        "services": list(services),
        "convert_grpc_status": True,
        "url_unescape_spec": "ALL_CHARACTERS_EXCEPT_SLASH",
        "query_param_unescape_plus": True,
        "case_insensitive_enum_parsing": False,
        "print_options": {"always_print_primitive_fields": False},
        "request_validation_options": {
            "reject_unknown_method": True,
            "reject_unknown_query_parameters": True,
        },
    }
    route = {"match": {"prefix": "/"}, "route": {"cluster": "grpc", "timeout": "0s"}}
    manager = {
        "@type": f"{_TYPE}.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "transcoder",
        "codec_type": "AUTO",
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [route]}]},
        "http_filters": [
            {"name": "envoy.filters.http.grpc_json_transcoder", "typed_config": transcoder},
            {
                "name": "envoy.filters.http.router",
                "typed_config": {"@type": f"{_TYPE}.filters.http.router.v3.Router"},
            },
        ],
    }
    http_options = {
        "@type": f"{_TYPE}.upstreams.http.v3.HttpProtocolOptions",
        "explicit_http_config": {"http2_protocol_options": {}},
    }
    cluster = {
        "name": "grpc",
        "type": "STRICT_DNS",
        "connect_timeout": "5s",
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": http_options
        },
        "load_assignment": {
            "cluster_name": "grpc",
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": _address(*target)}}]}],
        },
    }
    listener = {
        "name": "http",
        "address": _address(*listen),
        "filter_chains": [
            {
                "filters": [
                    {
                        "name": "envoy.filters.network.http_connection_manager",
                        "typed_config": manager,
                    }
                ]
            }
        ],
    }
    whole = {"static_resources": {"listeners": [listener], "clusters": [cluster]}}
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2)


def _address(host: str, port: int) -> dict[str, Any]:
    return {"socket_address": {"address": host, "port_value": port}}
