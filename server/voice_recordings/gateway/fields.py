"""Field paths, resolved against a message's descriptor once and used often."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from voice_recordings.gateway.scalars import WRAPPERS

# Types whose fields are no business of a path: their JSON is not an object of them.
OPAQUE: Final = WRAPPERS | {
    f"google.protobuf.{name}"
    for name in ("Timestamp", "Duration", "FieldMask", "Any", "Struct", "Value", "ListValue")
}


class FieldPathError(ValueError):
    """A field path leads nowhere."""


@dataclass(frozen=True, slots=True)
class FieldPath:
    """The fields from a message down to one of its leaves."""

    fields: tuple[FieldDescriptor, ...]

    @property
    def leaf(self) -> FieldDescriptor:
        """The field the path ends at."""
        return self.fields[-1]

    @property
    def name(self) -> str:
        """The path in proto names; what tells two paths apart."""
        return ".".join(field.name for field in self.fields)

    def holder(self, message: Message) -> Any:
        """The message the leaf is a field of; made present by being set, not by this."""
        for field in self.fields[:-1]:
            message = getattr(message, field.name)
        return message

    def assign(self, message: Message, value: Any) -> None:
        """Sets the leaf; a repeated one is appended to."""
        holder, leaf = self.holder(message), self.leaf
        if leaf.is_repeated:
            getattr(holder, leaf.name).append(value)
        elif leaf.message_type is not None:
            submessage = getattr(holder, leaf.name)
            submessage.SetInParent()
            submessage.CopyFrom(value)
        else:
            setattr(holder, leaf.name, value)

    def oneofs(self) -> Mapping[str, str]:
        """The oneofs the path passes, each with the member it chooses."""
        chosen = {}
        prefix = ""
        for field in self.fields:
            if field.containing_oneof is not None:
                chosen[prefix + field.containing_oneof.name] = field.name
            prefix += field.name + "."
        return chosen


def is_map(field: FieldDescriptor) -> bool:
    """Whether the field is a map."""
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def resolve(descriptor: Descriptor, path: tuple[str, ...], *, json_names: bool) -> FieldPath:
    """Follows names from a message; raises FieldPathError where they lead nowhere.

    Proto names always serve, JSON names where asked for.
    """
    fields: list[FieldDescriptor] = []
    here: Descriptor | None = descriptor
    for name in path:
        if here is None:
            raise FieldPathError(f"{fields[-1].name} has no fields to choose from")
        if fields and fields[-1].is_repeated:
            raise FieldPathError(f"{fields[-1].name} is repeated, and has no one {name}")
        if here.full_name in OPAQUE:
            raise FieldPathError(f"the fields of {here.full_name} are not set by themselves")
        field = here.fields_by_name.get(name)
        if field is None and json_names:
            field = _by_json_name(here, name)
        if field is None:
            raise FieldPathError(f"{here.full_name} has no field {name!r}")
        fields.append(field)
        here = field.message_type
    return FieldPath(tuple(fields))


def _by_json_name(descriptor: Descriptor, name: str) -> FieldDescriptor | None:
    return next((field for field in descriptor.fields if field.json_name == name), None)
