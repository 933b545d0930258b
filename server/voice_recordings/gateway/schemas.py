"""JSON Schemas (2020-12, as OpenAPI 3.1 uses it) of what the gateway reads and prints."""

from collections.abc import Mapping
from typing import Any, Final

from google.api import field_behavior_pb2
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from voice_recordings.gateway.encoder import ANY, NULL_VALUE
from voice_recordings.gateway.fields import is_map
from voice_recordings.gateway.scalars import WRAPPERS

Schema = dict[str, Any]

_SPECIAL_NUMBERS: Final = ["NaN", "Infinity", "-Infinity"]
_NUMBER: Final[Schema] = {"anyOf": [{"type": "number"}, {"enum": _SPECIAL_NUMBERS}]}
_SCALARS: Final[Mapping[int, Schema]] = {
    FieldDescriptor.CPPTYPE_INT32: {
        "type": "integer",
        "format": "int32",
        "minimum": -(2**31),
        "maximum": 2**31 - 1,
    },
    FieldDescriptor.CPPTYPE_UINT32: {"type": "integer", "minimum": 0, "maximum": 2**32 - 1},
    FieldDescriptor.CPPTYPE_INT64: {"type": "string", "pattern": r"^-?[0-9]{1,19}$"},
    FieldDescriptor.CPPTYPE_UINT64: {"type": "string", "pattern": r"^[0-9]{1,20}$"},
    FieldDescriptor.CPPTYPE_DOUBLE: _NUMBER,
    FieldDescriptor.CPPTYPE_FLOAT: _NUMBER,
    FieldDescriptor.CPPTYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.CPPTYPE_STRING: {"type": "string"},
}
_WELL_KNOWN: Final[Mapping[str, Schema]] = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,9})?s$"},
    "google.protobuf.FieldMask": {"type": "string"},
    "google.protobuf.Struct": {"type": "object"},
    "google.protobuf.ListValue": {"type": "array"},
    "google.protobuf.Value": {},
    ANY: {"type": "object", "properties": {"@type": {"type": "string"}}},
    "google.protobuf.Empty": {"type": "object", "additionalProperties": False},
}


class Schemas:
    """The schemas of messages and enums, collected as they are referred to."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        """Takes comments by full name."""
        self._texts = texts
        self.collected: dict[str, Schema] = {}

    def field(self, field: FieldDescriptor) -> Schema:
        """The schema of a field's JSON, described."""
        schema = self._of_field(field)
        text = self._texts.get(field.full_name)
        behaviors = field.GetOptions().Extensions[field_behavior_pb2.field_behavior]
        described: Schema = {"description": text} if text else {}
        if field_behavior_pb2.OUTPUT_ONLY in behaviors:
            described["readOnly"] = True
        return {**schema, **described}

    def message(self, descriptor: Descriptor) -> Schema:
        """A reference to a message's schema, or the schema of a well-known type."""
        name = descriptor.full_name
        if name in WRAPPERS:
            return self.single(descriptor.fields_by_name["value"])
        if name in _WELL_KNOWN:
            return dict(_WELL_KNOWN[name])
        if name not in self.collected:
            self.collected[name] = {}  # a message may hold itself
            self.collected[name] = self._object(descriptor)
        return {"$ref": f"#/components/schemas/{name}"}

    def single(self, field: FieldDescriptor) -> Schema:
        """The schema of one value of a field."""
        if field.message_type is not None:
            return self.message(field.message_type)
        if field.enum_type is not None:
            return self._enum(field.enum_type)
        if field.type == FieldDescriptor.TYPE_BYTES:
            return {"type": "string", "contentEncoding": "base64"}
        return dict(_SCALARS[field.cpp_type])

    def _of_field(self, field: FieldDescriptor) -> Schema:
        if is_map(field):
            entry: Any = field.message_type
            value = self.single(entry.fields_by_name["value"])
            return {"type": "object", "additionalProperties": value}
        if field.is_repeated:
            return {"type": "array", "items": self.single(field)}
        return self.single(field)

    def _object(self, descriptor: Descriptor) -> Schema:
        schema: Schema = {"type": "object"}
        if text := self._texts.get(descriptor.full_name):
            schema["description"] = text
        schema["properties"] = {field.json_name: self.field(field) for field in descriptor.fields}
        schema["additionalProperties"] = descriptor.is_extendable
        return schema

    def _enum(self, enum: EnumDescriptor) -> Schema:
        if enum.full_name == NULL_VALUE:
            return {"type": "null"}
        if enum.full_name not in self.collected:
            names = {"type": "string", "enum": [value.name for value in enum.values]}
            numbers = {**_SCALARS[FieldDescriptor.CPPTYPE_INT32], "description": "any other value"}
            schema: Schema = {"anyOf": [names, numbers]}
            if text := self._enum_text(enum):
                schema["description"] = text
            self.collected[enum.full_name] = schema
        return {"$ref": f"#/components/schemas/{enum.full_name}"}

    def _enum_text(self, enum: EnumDescriptor) -> str:
        """The enum's comment, and a line for each value that has one."""
        lines = [self._texts.get(enum.full_name, "")]
        texts = {
            value.name: self._texts.get(f"{enum.full_name}.{value.name}", "")
            for value in enum.values
        }
        lines += [f"- `{name}`: {' '.join(text.split())}" for name, text in texts.items() if text]
        return "\n".join(line for line in lines if line)
