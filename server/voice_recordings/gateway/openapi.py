"""OpenAPI 3.1 from the routes of a gateway and the comments of its protos."""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from google.api import field_behavior_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from voice_recordings.gateway.bindings import HTTP_BODY, Binding
from voice_recordings.gateway.comments import comments
from voice_recordings.gateway.fields import OPAQUE, is_map
from voice_recordings.gateway.scalars import parser
from voice_recordings.gateway.schemas import Schema, Schemas
from voice_recordings.gateway.template import MANY, ONE

# Nested messages are spread into parameters this deep; a query itself may go deeper.
_MOST_DEEP: Final = 2
_METHODS: Final = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
_ERROR: Final[Schema] = {
    "type": "object",
    "description": "An error, in the shape of AIP-193.",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "status"],
            "properties": {
                "code": {"type": "integer", "description": "The HTTP status."},
                "message": {"type": "string", "description": "For developers, in English."},
                "status": {"type": "string", "description": "A name of google.rpc.Code."},
                "details": {
                    "type": "array",
                    "items": {"type": "object", "properties": {"@type": {"type": "string"}}},
                    "description": "google.rpc details: ErrorInfo, BadRequest and others.",
                },
            },
        }
    },
}
_PARAMETERS: Final[dict[str, Schema]] = {
    "fields": {
        "name": "fields",
        "in": "query",
        "description": "What to answer with: `a,b`, `a/b`, `a(b,c)`, through lists; all if unset.",
        "schema": {"type": "string"},
    },
    "prettyPrint": {
        "name": "prettyPrint",
        "in": "query",
        "description": "Whether to lay the JSON out for people.",
        "schema": {"type": "boolean"},
    },
}


@dataclass(frozen=True, slots=True)
class Description:
    """What an OpenAPI document says beside its routes.

    `descriptor_set` is a FileDescriptorSet with source info, for the comments.
    """

    title: str
    version: str
    text: str = ""
    descriptor_set: bytes = b""
    servers: tuple[str, ...] = ()
    bearer_tokens: bool = False


def document(bindings: Iterable[Binding], description: Description) -> dict[str, Any]:
    """The OpenAPI document of these bindings."""
    texts = comments(description.descriptor_set)
    schemas = Schemas(texts)
    operations = _Operations(schemas, texts)
    paths: dict[str, Any] = {}
    for binding in bindings:
        path, variables = _path(binding)
        method = binding.http_method.lower()
        # OpenAPI knows no other methods, and one operation a method and path.
        if method in _METHODS:
            paths.setdefault(path, {}).setdefault(method, operations.of(binding, variables))
    schemas.collected["Error"] = _ERROR
    made: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": description.title, "version": description.version},
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.collected.items())),
            "parameters": _PARAMETERS,
        },
        "tags": [
            {"name": name.rpartition(".")[2], "description": texts.get(name, name)}
            for name in operations.services
        ],
    }
    if description.text:
        made["info"]["description"] = description.text
    if description.servers:
        made["servers"] = [{"url": url} for url in description.servers]
    if description.bearer_tokens:
        made["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
        made["security"] = [{}, {"bearer": []}]
    return made


@dataclass(frozen=True, slots=True)
class _PathVariable:
    """A parameter of an OpenAPI path: a segment of a template's variable."""

    name: str
    field: FieldDescriptor | None
    many: bool


def _path(binding: Binding) -> tuple[str, list[_PathVariable]]:
    """The path with one parameter a segment, named after what stands before it."""
    template = binding.template
    owners = {
        index: (field.leaf, variable)
        for field, _, variable in binding.variables
        for index in range(variable.start, variable.end)
    }
    parts: list[str] = []
    found: list[_PathVariable] = []
    for index, segment in enumerate(template.segments):
        if segment not in {ONE, MANY}:
            parts.append(segment)
            continue
        field, variable = owners.get(index, (None, None))
        alone = variable is not None and variable.end - variable.start == 1
        base = variable.path[-1] if variable is not None and alone else ""
        name = _unused(base or _singular(template.segments[index - 1] if index else ""), found)
        parts.append("{" + name + "}")
        found.append(_PathVariable(name, field if alone else None, segment == MANY))
    path = "/" + "/".join(parts) + (f":{template.verb}" if template.verb else "")
    return path, found


def _singular(collection: str) -> str:
    """`recordings` → `recording`; what is no plain word becomes `segment`."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", collection):
        return "segment"
    if collection.endswith("ies"):
        return collection[:-3] + "y"
    return collection.removesuffix("s") or "segment"


def _unused(name: str, found: list[_PathVariable]) -> str:
    taken = {variable.name for variable in found}
    numbered = (f"{name}{number}" for number in itertools.count(2))
    candidates = itertools.chain([name], numbered)
    return next(candidate for candidate in candidates if candidate not in taken)


class _Operations:
    """Operations, as bindings have them."""

    def __init__(self, schemas: Schemas, texts: Mapping[str, str]) -> None:
        self._schemas = schemas
        self._texts = texts
        self._ids: dict[str, int] = {}
        self.services: list[str] = []

    def of(self, binding: Binding, variables: list[_PathVariable]) -> Schema:
        """The operation of a binding."""
        service, _, method = binding.method.name[1:].partition("/")
        if service not in self.services:
            self.services.append(service)
        text = self._texts.get(f"{service}.{method}", "")
        operation: Schema = {
            "operationId": self._id(f"{service.rpartition('.')[2]}_{method}"),
            "tags": [service.rpartition(".")[2]],
            "summary": " ".join(text.partition("\n\n")[0].split()) or method,
            "parameters": [
                *map(self._path_parameter, variables),
                *self._query_parameters(binding),
                *({"$ref": f"#/components/parameters/{name}"} for name in self._system(binding)),
            ],
        }
        if text:
            operation["description"] = text
        if binding.body is not None:
            operation["requestBody"] = self._request_body(binding)
        operation["responses"] = {
            "200": self._response(binding),
            "default": {
                "description": "An error.",
                "content": _json({"$ref": "#/components/schemas/Error"}),
            },
        }
        return operation

    def _id(self, name: str) -> str:
        self._ids[name] = self._ids.get(name, 0) + 1
        return name if self._ids[name] == 1 else f"{name}_{self._ids[name]}"

    def _system(self, binding: Binding) -> Iterator[str]:
        if not binding.raw_response:
            yield from (name for name in _PARAMETERS if not binding.query.has_field(name))

    def _path_parameter(self, variable: _PathVariable) -> Schema:
        field = variable.field
        schema: Schema = {"type": "string"} if field is None else self._schemas.single(field)
        if schema == {"type": "string"} and not variable.many:
            schema["minLength"] = 1
        made: Schema = {"name": variable.name, "in": "path", "required": True, "schema": schema}
        if variable.many:
            made["description"] = "May hold slashes, which stay as they are."
        return made

    def _query_parameters(self, binding: Binding) -> Iterator[Schema]:
        if binding.body == "*":
            return
        request: Any = binding.method.request_class.DESCRIPTOR
        taken = {field.name for field, _, _ in binding.variables}
        if isinstance(binding.body, FieldDescriptor):
            taken.add(binding.body.name)
        for path, field in _leaves(request, (), taken):
            behaviors = field.GetOptions().Extensions[field_behavior_pb2.field_behavior]
            schema = self._schemas.field(field)
            made: Schema = {"name": ".".join(path), "in": "query", "schema": schema}
            if "description" in schema:
                made["description"] = schema["description"]
            if field_behavior_pb2.REQUIRED in behaviors and len(path) == 1:
                made["required"] = True
            yield made

    def _request_body(self, binding: Binding) -> Schema:
        if binding.raw_request:
            return {"content": {"*/*": {"schema": {}}}}
        if isinstance(binding.body, FieldDescriptor):
            schema = self._schemas.field(binding.body)
        else:
            request: Any = binding.method.request_class.DESCRIPTOR
            schema = self._schemas.message(request)
        if binding.method.client_streaming:
            schema = {"type": "array", "items": schema}
        return {"content": _json(schema)}

    def _response(self, binding: Binding) -> Schema:
        if binding.raw_response:
            return {"description": "The bytes.", "content": {"*/*": {"schema": {}}}}
        if binding.response_body is not None:
            schema = self._schemas.field(binding.response_body)
        else:
            response: Any = binding.method.response_class.DESCRIPTOR
            schema = self._schemas.message(response)
        if not binding.method.server_streaming:
            return {"description": "The answer.", "content": _json(schema)}
        content = _json({"type": "array", "items": schema})
        content["application/x-ndjson"] = {"schema": schema}
        return {"description": "Each message, as it comes.", "content": content}


def _json(schema: Schema) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _leaves(
    descriptor: Descriptor, path: tuple[str, ...], taken: set[str], prefix: str = ""
) -> Iterator[tuple[tuple[str, ...], FieldDescriptor]]:
    """What a query can set of a message, by JSON names."""
    for field in descriptor.fields:
        name = prefix + field.name
        if name in taken or is_map(field):
            continue
        here = (*path, field.json_name)
        inner = field.message_type
        if parser(field) is not None:
            yield here, field
        elif (
            inner is not None
            and not field.is_repeated
            and inner.full_name not in OPAQUE
            and inner.full_name != HTTP_BODY
            and len(here) < _MOST_DEEP
        ):
            yield from _leaves(inner, here, taken, name + ".")
