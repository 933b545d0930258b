"""JSON from messages: json_format's, made faster."""

from typing import Any

import orjson
import pytest
from gatewaytest.v1 import everything_pb2, legacy_pb2
from google.protobuf import any_pb2, json_format, struct_pb2, timestamp_pb2, wrappers_pb2
from google.protobuf.descriptor_pool import Default
from google.protobuf.message import Message
from hypothesis import given

from gateway_support.messages import messages
from voice_recordings.gateway.encoder import Encoder
from voice_recordings.gateway.wellknown import EncodingError

Everything = everything_pb2.Everything
ENCODER = Encoder(Default())


def everything(**fields: Any) -> everything_pb2.Everything:
    """A message, its fields given as any constructor takes them."""
    return Everything(**fields)


def keys(value: Any) -> Any:
    """The keys of every object in a value, in their order."""
    if isinstance(value, dict):
        return [(key, keys(item)) for key, item in value.items()]
    return [keys(item) for item in value] if isinstance(value, list) else None


@given(messages(Everything.DESCRIPTOR))
def test_any_message_is_encoded_as_json_format_does(message: Message) -> None:
    """Parsed JSON and the order of keys are the same, for every kind of field."""
    expected = json_format.MessageToDict(message)
    encoded = ENCODER.value(message)
    assert orjson.loads(ENCODER.encode(message)) == orjson.loads(orjson.dumps(expected))
    assert keys(encoded) == keys(expected)


@given(messages(Everything.DESCRIPTOR, depth=0, leave_out="null"))
def test_enums_as_numbers(message: Message) -> None:
    """With enum numbers too; but NullValue, whose JSON stays null."""
    encoder = Encoder(Default(), enum_numbers=True)
    expected = json_format.MessageToDict(message, use_integers_for_enums=True)
    assert orjson.loads(encoder.encode(message)) == orjson.loads(orjson.dumps(expected))


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        pytest.param(everything(double_field=float("nan")), {"doubleField": "NaN"}, id="nan"),
        pytest.param(
            everything(float_field=float("-inf")), {"floatField": "-Infinity"}, id="infinity"
        ),
        pytest.param(everything(double_field=-0.0), {"doubleField": -0.0}, id="negative-zero"),
        pytest.param(everything(float_field=0.1), {"floatField": 0.1}, id="shortest-float"),
        pytest.param(
            everything(float_field=3.4028234663852886e38),
            {"floatField": 3.4028235e38},
            id="largest-float",
        ),
        pytest.param(
            everything(uint64_field=2**64 - 1),
            {"uint64Field": "18446744073709551615"},
            id="64-bit-integers-are-strings",
        ),
        pytest.param(everything(color=7), {"color": 7}, id="unknown-enum-number"),
        pytest.param(everything(color="CRIMSON"), {"color": "RED"}, id="alias-of-an-enum"),
        pytest.param(
            everything(optional_int32=0), {"optionalInt32": 0}, id="presence-shows-defaults"
        ),
        pytest.param(
            everything(chosen_int32=0), {"chosenInt32": 0}, id="oneof-members-have-presence"
        ),
        pytest.param(
            everything(null_value=0, chosen_null=0),
            {"chosenNull": None},
            id="null-value",
        ),
        pytest.param(
            everything(bool_map={True: 1, False: 2}),
            {"boolMap": {"true": "RED", "false": "GREEN"}},
            id="bool-keys",
        ),
        pytest.param(everything(bytes_field=b"\xff\xfe"), {"bytesField": "//4="}, id="base64"),
        pytest.param(everything(int64_value={"value": 0}), {"int64Value": "0"}, id="wrapper"),
        pytest.param(everything(empty={}), {"empty": {}}, id="empty"),
        pytest.param(everything(renamed_field="x"), {"other": "x"}, id="json-name"),
        pytest.param(
            everything(**{"from": "a", "class": "b"}), {"from": "a", "class": "b"}, id="keywords"
        ),
        pytest.param(
            everything(late="l", early="e"), {"early": "e", "late": "l"}, id="order-of-numbers"
        ),
    ],
)
def test_particular_messages(message: Message, expected: dict[str, Any]) -> None:
    """What each kind of value looks like."""
    assert ENCODER.value(message) == expected
    assert list(ENCODER.value(message)) == list(expected)
    assert expected == json_format.MessageToDict(message)


def test_proto2_groups_closed_enums_and_extensions() -> None:
    """What proto3 no longer has is encoded too."""
    message = legacy_pb2.Legacy(number=0, closed=legacy_pb2.CLOSED_TWO, inner={"text": "t"})
    message.piece.add(size=0)
    message.Extensions[legacy_pb2.note] = "n"
    message.Extensions[legacy_pb2.numbers].extend([1, 2])
    message.Extensions[legacy_pb2.more].number = 3
    assert ENCODER.value(message) == json_format.MessageToDict(message)
    assert keys(ENCODER.value(message)) == keys(json_format.MessageToDict(message))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(wrappers_pb2.Int64Value(value=5), {"value": "5"}, id="a-scalar-form"),
        pytest.param(struct_pb2.Value(), {"value": None}, id="null"),
        pytest.param(everything(int32_field=1), {"int32Field": 1}, id="an-object"),
    ],
)
def test_any(value: Message, expected: dict[str, Any]) -> None:
    """The type comes first, what is no object under `value`."""
    packed = any_pb2.Any()
    packed.Pack(value)
    encoded = ENCODER.value(packed)
    assert encoded == {"@type": packed.type_url, **expected}
    assert next(iter(encoded)) == "@type"


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(timestamp_pb2.Timestamp(seconds=253402300800), id="year-10000"),
        pytest.param(timestamp_pb2.Timestamp(nanos=-1), id="negative-nanos"),
        pytest.param(struct_pb2.Value(number_value=float("inf")), id="infinite-value"),
        pytest.param(any_pb2.Any(type_url="x/none.Such", value=b"1"), id="any-of-unknown-type"),
        pytest.param(
            any_pb2.Any(type_url="x/google.protobuf.Duration", value=b"\xff"), id="malformed-any"
        ),
    ],
)
def test_what_json_cannot_hold(message: Message) -> None:
    """It is refused, as json_format refuses it."""
    with pytest.raises(EncodingError):
        ENCODER.encode(message)


def test_a_detail_of_unknown_type_keeps_its_bytes() -> None:
    """Nothing of a status is lost for a type nobody here knows."""
    detail = any_pb2.Any(type_url="x/none.Such", value=b"\x01")
    assert ENCODER.detail(detail) == {"@type": "x/none.Such", "value": "AQ=="}


def test_mask_paths_that_camel_case_would_change_stay_as_they_are() -> None:
    """A path is never printed as another's."""
    message = everything(field_mask={"paths": ["a_b.c", "a_1", "A", "x_"]})
    assert ENCODER.value(message) == {"fieldMask": "aB.c,a_1,A,x_"}
