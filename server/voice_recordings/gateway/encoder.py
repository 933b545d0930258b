"""Messages to JSON."""

import base64
from typing import Any

import orjson
from google.protobuf import any_pb2, json_format
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message


class Encoder:
    """Encodes messages as ProtoJSON."""

    def __init__(self, pool: DescriptorPool) -> None:
        """Takes the pool that Any's types are looked up in."""
        self._pool = pool

    def value(self, message: Message) -> Any:
        """The message as the value its JSON has."""
        return json_format.MessageToDict(message, descriptor_pool=self._pool)

    def encode(self, message: Message) -> bytes:
        """The message's JSON."""
        return orjson.dumps(self.value(message))

    def encode_field(self, message: Message, field: FieldDescriptor) -> bytes:
        """The JSON of one field, set or not."""
        holder = type(message)()
        name = field.name
        if field.is_repeated or message.HasField(name) if field.has_presence else True:
            holder.CopyFrom(message)
        value = json_format.MessageToDict(holder, always_print_fields_with_no_presence=True)
        return orjson.dumps(value.get(field.json_name))

    def detail(self, detail: any_pb2.Any) -> Any:
        """A detail of a status; one of an unknown type keeps its bytes."""
        try:
            return self.value(detail)
        except (TypeError, ValueError):
            return {
                "@type": detail.type_url,
                "value": base64.b64encode(detail.value).decode(),
            }
