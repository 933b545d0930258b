"""The descriptors of a remote server, by gRPC server reflection (v1alpha)."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.message import DecodeError
from grpc import aio

from voice_recordings.gateway.descriptors import DescriptorError, at_hand

_METHOD: Final = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
_SERVES_ITSELF: Final = ("grpc.reflection.", "grpc.health.", "grpc.channelz.")
_TIMEOUT_SECONDS: Final = 10.0
_MOST_FILES: Final = 10_000


async def described(
    channel: aio.Channel, services: Sequence[str] | None
) -> tuple[list[str], dict[str, FileDescriptorProto]]:
    """The names of the services, and the files they are declared in, by name.

    Without names every service of the server's own is taken. Raises
    DescriptorError where the server does not answer, or answers nonsense.
    """
    try:
        names = list(services or await _listed(channel))
        return names, await _files(channel, names)
    except aio.AioRpcError as error:
        raise DescriptorError(
            f"reflection: {error.code().name}: {error.details()}; "
            "give a descriptor set if the server has none"
        ) from error


async def _listed(channel: aio.Channel) -> list[str]:
    names = [
        service.name
        for response in await _ask(channel, [{"list_services": "*"}])
        for service in response.list_services_response.service
    ]
    return [name for name in names if not name.startswith(_SERVES_ITSELF)]


async def _files(channel: aio.Channel, names: Iterable[str]) -> dict[str, FileDescriptorProto]:
    files: dict[str, FileDescriptorProto] = {}
    for response in await _ask(channel, [{"file_containing_symbol": name} for name in names]):
        _keep(response, files)
    while missing := _missing(files):
        before = len(files)
        for response in await _ask(channel, [{"file_by_filename": name} for name in missing]):
            _keep(response, files)
        if len(files) == before or len(files) > _MOST_FILES:
            raise DescriptorError(f"reflection does not give {missing[0]}, which is imported")
    return files


async def _ask(channel: aio.Channel, requests: Iterable[dict[str, str]]) -> list[Any]:
    """The answers to reflection requests; raises DescriptorError for a refusal."""
    # Only here, so that a gateway without a proxy does not need the package.
    from grpc_reflection.v1alpha import reflection_pb2  # noqa: PLC0415

    method = channel.stream_stream(
        _METHOD,
        request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
    )
    made: Any = reflection_pb2.ServerReflectionRequest
    asked = [made(**request) for request in requests]
    call: Any = method(iter(asked), timeout=_TIMEOUT_SECONDS)
    answers = [answer async for answer in call]
    for answer in answers:
        if answer.HasField("error_response"):
            raise DescriptorError(f"reflection: {answer.error_response.error_message}")
    return answers


def _keep(response: Any, files: dict[str, FileDescriptorProto]) -> None:
    for raw in response.file_descriptor_response.file_descriptor_proto:
        try:
            file = FileDescriptorProto.FromString(raw)
        except DecodeError as error:
            raise DescriptorError("reflection gives what is no file descriptor") from error
        if files.setdefault(file.name, file) != file:
            raise DescriptorError(f"reflection gives two files named {file.name}")


def _missing(files: dict[str, FileDescriptorProto]) -> list[str]:
    wanted = {name for file in files.values() for name in file.dependency}
    return sorted(name for name in wanted - set(files) if at_hand(name) is None)
