"""Messages from JSON: ProtoJSON, and nothing beside it."""

import struct
from typing import Any

import orjson
import pytest
from gatewaytest.v1 import everything_pb2, legacy_pb2
from google.protobuf import json_format
from google.protobuf.descriptor_pool import Default
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from gateway_support.messages import messages, same
from voice_recordings.gateway.decoder import Decoder, DecodingError
from voice_recordings.gateway.encoder import Encoder
from voice_recordings.gateway.jsontext import load

Everything = everything_pb2.Everything
DECODER = Decoder(Default())


def decoded(value: Any) -> everything_pb2.Everything:
    """A message from its JSON's value."""
    message = Everything()
    DECODER.merge(value, message)
    return message


# json_format refuses its own print of a list of nulls.
@given(messages(Everything.DESCRIPTOR, depth=0, leave_out="null_values"), st.booleans())
def test_what_json_format_prints_is_read_back(message: Message, proto_names: bool) -> None:  # noqa: FBT001 - a property's input
    """Under both spellings of names, as json_format reads it."""
    text = json_format.MessageToJson(message, preserving_proto_field_name=proto_names)
    value = load(text.encode(), most_deep=100)
    assert same(decoded(value), json_format.ParseDict(value, Everything()))


@given(messages(Everything.DESCRIPTOR))
def test_what_the_encoder_prints_is_read_back(message: Message) -> None:
    """Decoding undoes encoding, but for a Value that is not set."""
    value = orjson.loads(Encoder(Default()).encode(message))
    again = orjson.loads(Encoder(Default()).encode(decoded(value)))
    assert again == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param({"int32Field": "12"}, {"int32_field": 12}, id="integer-as-a-string"),
        pytest.param({"int32Field": 1.0}, {"int32_field": 1}, id="integral-number"),
        pytest.param({"int64Field": 1e5}, {"int64_field": 100000}, id="exponent"),
        pytest.param({"uint64_field": 2**64 - 1}, {"uint64_field": 2**64 - 1}, id="proto-name"),
        pytest.param({"doubleField": "1.5e3"}, {"double_field": 1500.0}, id="float-as-a-string"),
        pytest.param({"floatField": 3.4028235e38}, {"float_field": 3.4028235e38}, id="largest"),
        pytest.param({"color": "CRIMSON"}, {"color": 1}, id="alias"),
        pytest.param({"color": 99}, {"color": 99}, id="unknown-enum-number"),
        pytest.param({"bytesField": "_-8"}, {"bytes_field": b"\xff\xef"}, id="url-safe-unpadded"),
        pytest.param({"bytesField": "/+8="}, {"bytes_field": b"\xff\xef"}, id="standard-padded"),
        pytest.param({"stringField": None, "strings": None}, {}, id="null-is-unset"),
        pytest.param({"value": None}, {"value": {"null_value": 0}}, id="null-of-a-value"),
        pytest.param({"chosenNull": None}, {"chosen_null": 0}, id="null-of-a-null-value"),
        pytest.param({"values": [None]}, {"values": [{"null_value": 0}]}, id="null-in-values"),
        pytest.param({"int32Map": {"-1": "5"}}, {"int32_map": {-1: 5}}, id="map-key"),
        pytest.param({"boolMap": {"true": 1}}, {"bool_map": {True: 1}}, id="bool-key"),
        pytest.param({"int64Value": "7"}, {"int64_value": {"value": 7}}, id="wrapper"),
        pytest.param({"child": {}}, {"child": {}}, id="empty-message-is-set"),
        pytest.param({"other": "x"}, {"renamed_field": "x"}, id="json-name"),
        pytest.param({"any": {}}, {"any": {}}, id="empty-any"),
        pytest.param(
            {"timestamp": "2024-02-29T12:00:00.5+01:30"},
            {"timestamp": {"seconds": 1709202600, "nanos": 500_000_000}},
            id="offset",
        ),
        pytest.param(
            {"duration": "-0.5s"},
            {"duration": {"seconds": 0, "nanos": -500_000_000}},
            id="duration",
        ),
        pytest.param(
            {"fieldMask": "aB,c.dE"}, {"field_mask": {"paths": ["a_b", "c.d_e"]}}, id="mask"
        ),
    ],
)
def test_accepted(value: Any, expected: dict[str, Any]) -> None:
    """What ProtoJSON allows arrives."""
    assert decoded(value) == Everything(**expected)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        pytest.param([], "", id="root-list"),
        pytest.param("", "", id="root-string"),
        pytest.param(None, "", id="root-null"),
        pytest.param({"nope": 1}, "nope", id="unknown-field"),
        pytest.param({"child": {"nope": 1}}, "child.nope", id="unknown-field-below"),
        pytest.param({"children": [{}, {"nope": 1}]}, "children.[1].nope", id="in-a-list"),
        pytest.param({"childMap": {"k": {"nope": 1}}}, "childMap.k.nope", id="in-a-map"),
        pytest.param({"int32Field": 1, "int32_field": 1}, "int32_field", id="both-spellings"),
        pytest.param({"chosenString": "a", "chosenInt32": 1}, "chosenInt32", id="two-of-a-oneof"),
        pytest.param({"int32Field": "1_000"}, "int32Field", id="underscore"),
        pytest.param({"int32Field": "+5"}, "int32Field", id="plus"),
        pytest.param({"int32Field": " 5"}, "int32Field", id="space"),
        pytest.param({"int32Field": ""}, "int32Field", id="empty-number"),
        pytest.param({"int32Field": "٣"}, "int32Field", id="digits-of-other-scripts"),
        pytest.param({"int32Field": 1.5}, "int32Field", id="fraction"),
        pytest.param({"int32Field": 2**31}, "int32Field", id="out-of-range"),
        pytest.param({"uint32Field": -1}, "uint32Field", id="negative-unsigned"),
        pytest.param({"int32Field": True}, "int32Field", id="bool-for-a-number"),
        pytest.param({"doubleField": True}, "doubleField", id="bool-for-a-float"),
        pytest.param({"doubleField": float("inf")}, "doubleField", id="1e309"),
        pytest.param({"doubleField": "1e309"}, "doubleField", id="1e309-as-a-string"),
        pytest.param({"doubleField": 10**400}, "doubleField", id="integer-beyond-a-double"),
        pytest.param({"doubleField": "inf"}, "doubleField", id="inf-is-not-Infinity"),
        pytest.param({"doubleField": "1_0.0"}, "doubleField", id="underscore-in-a-float"),
        pytest.param({"floatField": 3.5e38}, "floatField", id="beyond-a-float"),
        pytest.param({"boolField": "true"}, "boolField", id="string-for-a-bool"),
        pytest.param({"boolField": 1}, "boolField", id="number-for-a-bool"),
        pytest.param({"stringField": 1}, "stringField", id="number-for-a-string"),
        pytest.param({"bytesField": "a"}, "bytesField", id="one-character-of-base64"),
        pytest.param({"bytesField": "a b="}, "bytesField", id="space-in-base64"),
        pytest.param({"bytesField": "-+aa"}, "bytesField", id="both-alphabets"),
        pytest.param({"bytesField": "YQ="}, "bytesField", id="half-the-padding"),
        pytest.param({"color": "BLUE"}, "color", id="unknown-enum-name"),
        pytest.param({"color": "1"}, "color", id="enum-number-as-a-string"),
        pytest.param({"color": 2**31}, "color", id="enum-number-out-of-range"),
        pytest.param({"strings": "a"}, "strings", id="string-for-a-list"),
        pytest.param({"strings": [None]}, "strings.[0]", id="null-in-a-list"),
        pytest.param({"children": [None]}, "children.[0]", id="null-in-a-list-of-messages"),
        pytest.param({"stringMap": {"a": None}}, "stringMap.a", id="null-in-a-map"),
        pytest.param({"stringMap": []}, "stringMap", id="list-for-a-map"),
        pytest.param({"int32Map": {"1": 1, "01": 2}}, "int32Map.01", id="one-key-written-twice"),
        pytest.param({"boolMap": {"True": 1}}, "boolMap.True", id="bool-key-misspelt"),
        pytest.param({"child": []}, "child", id="list-for-a-message"),
        pytest.param({"child": "x"}, "child", id="string-for-a-message"),
        pytest.param({"timestamp": "2024-01-01 00:00:00Z"}, "timestamp", id="no-T"),
        pytest.param({"timestamp": "2024-01-01T00:00:00"}, "timestamp", id="no-zone"),
        pytest.param({"timestamp": "2024-01-01t00:00:00z"}, "timestamp", id="lower-case"),
        pytest.param({"timestamp": "2024-13-01T00:00:00Z"}, "timestamp", id="month-13"),
        pytest.param({"timestamp": "0000-01-01T00:00:00Z"}, "timestamp", id="year-0"),
        pytest.param({"timestamp": "9999-12-31T23:59:59-01:00"}, "timestamp", id="year-10000"),
        pytest.param({"timestamp": "2024-01-01T00:00:00.0000000001Z"}, "timestamp", id="10-digits"),
        pytest.param({"duration": "1"}, "duration", id="no-unit"),
        pytest.param({"duration": "315576000001s"}, "duration", id="too-long"),
        pytest.param({"duration": 1}, "duration", id="number-for-a-duration"),
        pytest.param({"fieldMask": "a b"}, "fieldMask", id="space-in-a-mask"),
        pytest.param({"any": {"a": 1}}, "any.@type", id="any-without-a-type"),
        pytest.param({"any": {"@type": "x/none.Such"}}, "any.@type", id="any-of-unknown-type"),
        pytest.param(
            {"any": {"@type": "x/google.protobuf.Duration"}}, "any", id="any-without-its-value"
        ),
        pytest.param({"struct": []}, "struct", id="list-for-a-struct"),
        pytest.param({"listValue": {}}, "listValue", id="object-for-a-list"),
        pytest.param({"nullValue": "x"}, "nullValue", id="not-null"),
        pytest.param({"empty": {"a": 1}}, "empty.a", id="something-in-empty"),
    ],
)
def test_refused(value: Any, path: str) -> None:
    """What ProtoJSON does not allow is refused, with the path to it."""
    with pytest.raises(DecodingError) as refusal:
        decoded(value)
    assert ".".join(refusal.value.path) == path


def test_the_nearest_float_decides() -> None:
    """A number is taken if its nearest float32 is finite, though it is larger itself."""
    largest = struct.unpack("<f", b"\xff\xff\x7f\x7f")[0]
    for number, fits in ((3.4028235e38, True), (3.40282356e38, True), (3.4028236e38, False)):
        if fits:
            assert decoded({"floatField": number}).float_field == largest
        else:
            with pytest.raises(DecodingError):
                decoded({"floatField": number})


def test_proto2() -> None:
    """Groups, closed enums and extensions are read."""
    message = legacy_pb2.Legacy()
    value = {
        "closed": "CLOSED_TWO",
        "inner": {"text": "t"},
        "piece": [{"size": 1}],
        "[gatewaytest.v1.note]": "n",
        "[gatewaytest.v1.numbers]": ["1", 2],
        "[gatewaytest.v1.more]": {"number": 3},
    }
    DECODER.merge(value, message)
    assert message == json_format.ParseDict(value, legacy_pb2.Legacy())
    for wrong in ({"closed": 9}, {"[gatewaytest.v1.nope]": 1}, {"[]": 1}):
        with pytest.raises(DecodingError):
            DECODER.merge(wrong, legacy_pb2.Legacy())


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="cut"),
        pytest.param(b"{} {}", id="trailing-text"),
        pytest.param(b"\xef\xbb\xbf{}", id="byte-order-mark"),
        pytest.param(b'{"a":1,"a":2}', id="key-twice"),
        pytest.param(b'{"b":{"a":1,"\\u0061":2}}', id="key-twice-once-escaped"),
        pytest.param(b"NaN", id="nan"),
        pytest.param(b"-Infinity", id="infinity"),
        pytest.param(b'"\\ud800"', id="lone-surrogate"),
        pytest.param(b'{"\\udc00":1}', id="lone-surrogate-in-a-key"),
        pytest.param(b'"\xff"', id="not-utf-8"),
        pytest.param(b"[" * 101 + b"]" * 101, id="101-deep"),
        pytest.param(b"[" * 100_000, id="very-deep"),
        pytest.param(b"{'a':1}", id="single-quotes"),
        pytest.param(b"9" * 5000, id="more-digits-than-python-reads"),
    ],
)
def test_what_is_not_json(text: bytes) -> None:
    """It is refused with ValueError, however hostile."""
    with pytest.raises(ValueError, match=r"."):
        load(text, most_deep=100)


def test_what_is_json() -> None:
    """Depth is counted, not brackets; surrogates in pairs are characters."""
    assert load(b"[" + b"[]," * 200 + b"[]]", most_deep=100) == [[]] * 201
    assert load(b"[" * 100 + b"]" * 100, most_deep=100)
    assert load(b'"\\ud83d\\ude00"', most_deep=100) == "\N{GRINNING FACE}"
