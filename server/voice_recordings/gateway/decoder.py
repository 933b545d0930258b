"""JSON to messages."""

import json
from typing import Any, NoReturn

from google.protobuf import json_format
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message


class Decoder:
    """Decodes ProtoJSON."""

    def __init__(self, pool: DescriptorPool) -> None:
        """Takes the pool that Any's types are looked up in."""
        self._pool = pool

    def merge(self, value: Any, message: Message) -> None:
        """Sets what an object says; raises ValueError."""
        if not isinstance(value, dict):
            raise ValueError("is not an object")  # noqa: TRY004 - a fault of the JSON
        try:
            json_format.ParseDict(value, message, descriptor_pool=self._pool)
        except json_format.Error as error:
            raise ValueError(str(error)) from error


def load(raw: bytes) -> Any:
    """The JSON text's value; raises ValueError."""
    return json.loads(raw.decode(), parse_constant=_refuse)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
