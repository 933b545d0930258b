"""What tools find out by asking: reflection, health."""

from typing import Any

import grpc
import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from support.server import call
from voice_recordings.app import Running

SERVICES = ("enfonica.voice.v1beta1.Recordings", "voicerecordings.recorder.v1.Recorder")


def test_any_grpc_tool_finds_the_services(server: Running) -> None:
    """Reflection lists them, and gives the files they are in."""
    with grpc.insecure_channel(server.grpc_address) as channel:
        ask: Any = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo
        request = reflection_pb2.ServerReflectionRequest
        questions = [
            request(list_services=""),
            *(request(file_containing_symbol=name) for name in SERVICES),
        ]
        listed, *files = ask(iter(questions))
    names = {service.name for service in listed.list_services_response.service}
    assert names >= {*SERVICES, "grpc.health.v1.Health"}
    for service, answer in zip(SERVICES, files, strict=True):
        raw = answer.file_descriptor_response.file_descriptor_proto
        parsed = [FileDescriptorProto.FromString(file) for file in raw]
        assert any(service == f"{file.package}.{s.name}" for file in parsed for s in file.service)


@pytest.mark.parametrize("service", ["", *SERVICES])
def test_health_is_served_for_each_service(server: Running, service: str) -> None:
    """grpc.health.v1, for the server and by name."""
    with grpc.insecure_channel(server.grpc_address) as channel:
        check = channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        answer = check(health_pb2.HealthCheckRequest(service=service))
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_served_over_http(server: Running, path: str) -> None:
    """200 while the server takes work; GET and HEAD alone."""
    assert call(server.http_url, path).json == {"status": "SERVING"}
    assert call(server.http_url, path, method="HEAD").status == 200
    assert call(server.http_url, path, method="POST").status == 405
