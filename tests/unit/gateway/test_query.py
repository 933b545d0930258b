"""Query strings and path variables, on a message with every kind of field."""

from typing import Any

import pytest
from gatewaytest.v1 import everything_pb2
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st

from gateway_support.asgi import call
from gateway_support.kitchen import gateway_of
from voice_recordings.gateway import Limits

GATEWAY = gateway_of()


async def echoed(target: str) -> everything_pb2.Everything:
    """The message a GET arrives as."""
    response = await call(GATEWAY, "GET", target)
    assert response.status == 200, response.body
    return json_format.Parse(response.body, everything_pb2.Everything())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("int32Field=-7", {"int32_field": -7}, id="json-name"),
        pytest.param("int32_field=007", {"int32_field": 7}, id="proto-name-and-leading-zeros"),
        pytest.param("other=x", {"renamed_field": "x"}, id="json-name-option"),
        pytest.param("renamed_field=x", {"renamed_field": "x"}, id="proto-name-beside-json-name"),
        pytest.param("%69nt32Field=1", {"int32_field": 1}, id="names-are-decoded"),
        pytest.param("uint64Field=18446744073709551615", {"uint64_field": 2**64 - 1}, id="uint64"),
        pytest.param("floatField=1.5e%2B3", {"float_field": 1500.0}, id="float"),
        pytest.param("doubleField=-Infinity", {"double_field": float("-inf")}, id="infinity"),
        pytest.param("doubleField=1e-5", {"double_field": 1e-5}, id="exponent"),
        pytest.param("boolField=true", {"bool_field": True}, id="bool"),
        pytest.param("stringField=%22a%22", {"string_field": '"a"'}, id="quotes-are-characters"),
        pytest.param("stringField=a+b%2Bc", {"string_field": "a b+c"}, id="plus-is-a-space"),
        pytest.param("stringField=a=b", {"string_field": "a=b"}, id="split-at-the-first-equals"),
        pytest.param("stringField=a;b", {"string_field": "a;b"}, id="a-semicolon-does-not-split"),
        pytest.param("optionalString", {"optional_string": ""}, id="no-equals-is-empty"),
        pytest.param("&&=x&int32Field=1&", {"int32_field": 1}, id="no-name-is-ignored"),
        pytest.param("bytesField=_-8", {"bytes_field": b"\xff\xef"}, id="bytes-url-safe"),
        pytest.param("bytesField=/%2B8%3D", {"bytes_field": b"\xff\xef"}, id="bytes-standard"),
        pytest.param("color=CRIMSON", {"color": 1}, id="enum-by-alias"),
        pytest.param("color=-1", {"color": -1}, id="enum-by-number"),
        pytest.param("color=77", {"color": 77}, id="unknown-enum-number"),
        pytest.param(
            "child.child.int32Field=3", {"child": {"child": {"int32_field": 3}}}, id="nested"
        ),
        pytest.param("strings=a&strings=&strings=c", {"strings": ["a", "", "c"]}, id="repeated"),
        pytest.param("colors=RED&colors=2", {"colors": [1, 2]}, id="repeated-enum"),
        pytest.param(
            "int64Values=5&int64_values=6",
            {"int64_values": [{"value": 5}, {"value": 6}]},
            id="repeated-wrappers",
        ),
        pytest.param("stringValue=", {"string_value": {"value": ""}}, id="wrapper-of-a-default"),
        pytest.param("boolValue=false", {"bool_value": {"value": False}}, id="wrapper"),
        pytest.param(
            "duration=1.5s", {"duration": {"seconds": 1, "nanos": 500000000}}, id="duration"
        ),
        pytest.param(
            "timestamp=1970-01-01T00:00:01Z", {"timestamp": {"seconds": 1}}, id="timestamp"
        ),
        pytest.param(
            "fieldMask=aB,c_d",
            {"field_mask": {"paths": ["a_b", "c_d"]}},
            id="mask-in-both-spellings",
        ),
        pytest.param(
            "chosenDuration=1s", {"chosen_duration": {"seconds": 1}}, id="member-of-a-oneof"
        ),
        pytest.param("from=a&class=b", {"from": "a", "class": "b"}, id="python-keywords"),
        pytest.param("odd__name_=x", {"odd__name_": "x"}, id="odd-name"),
    ],
)
async def test_bound(query: str, expected: dict[str, Any]) -> None:
    """A parameter sets the field it names."""
    assert await echoed("/v1/echo?" + query) == everything_pb2.Everything(**expected)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        pytest.param("nope=1", "nope", id="unknown"),
        pytest.param("Int32Field=1", "Int32Field", id="names-are-case-sensitive"),
        pytest.param("renamedField=1", "renamedField", id="camel-case-is-not-the-json-name"),
        pytest.param("int32Field=1&int32_field=1", "int32_field", id="singular-twice"),
        pytest.param("chosenInt32=1&chosenString=a", "chosenString", id="two-of-a-oneof"),
        pytest.param(
            "chosenChild.int32Field=1&chosenInt32=1", "chosenInt32", id="two-of-a-oneof-deep"
        ),
        pytest.param("int32Field=1_000", "int32Field", id="underscore"),
        pytest.param("int32Field=%2B5", "int32Field", id="plus"),
        pytest.param("int32Field=0x1", "int32Field", id="hexadecimal"),
        pytest.param("int32Field=1.0", "int32Field", id="fraction"),
        pytest.param("int32Field=+1", "int32Field", id="space"),
        pytest.param("int32Field=", "int32Field", id="empty-number"),
        pytest.param("int32Field=2147483648", "int32Field", id="out-of-range"),
        pytest.param("uint32Field=-1", "uint32Field", id="negative-unsigned"),
        pytest.param("int64Field=" + "9" * 5000, "int64Field", id="thousands-of-digits"),
        pytest.param("doubleField=1e309", "doubleField", id="infinite-by-size"),
        pytest.param("doubleField=nan", "doubleField", id="nan-misspelt"),
        pytest.param("doubleField=.5", "doubleField", id="no-digit-before-the-point"),
        pytest.param("floatField=1e39", "floatField", id="beyond-a-float"),
        pytest.param("boolField=True", "boolField", id="capital-true"),
        pytest.param("boolField=1", "boolField", id="one-for-true"),
        pytest.param("color=red", "color", id="enum-in-lower-case"),
        pytest.param("color=2147483648", "color", id="enum-out-of-range"),
        pytest.param("bytesField=*", "bytesField", id="not-base64"),
        pytest.param("bytesField=a", "bytesField", id="cut-base64"),
        pytest.param("timestamp=today", "timestamp", id="no-time"),
        pytest.param("timestamp=2024-02-30T00:00:00Z", "timestamp", id="no-such-day"),
        pytest.param("duration=1", "duration", id="duration-without-unit"),
        pytest.param("fieldMask=a..b", "fieldMask", id="bad-mask"),
        pytest.param("struct=%7B%7D", "struct", id="struct"),
        pytest.param("struct.fields=1", "struct.fields", id="into-a-struct"),
        pytest.param("value=1", "value", id="value"),
        pytest.param("any=1", "any", id="any"),
        pytest.param("child=1", "child", id="message"),
        pytest.param("children=1", "children", id="repeated-message"),
        pytest.param("children.int32Field=1", "children.int32Field", id="into-a-repeated-message"),
        pytest.param("stringMap=1", "stringMap", id="map"),
        pytest.param("stringMap.key=1", "stringMap.key", id="into-a-map"),
        pytest.param("timestamp.seconds=1", "timestamp.seconds", id="into-a-timestamp"),
        pytest.param("stringValue.value=1", "stringValue.value", id="into-a-wrapper"),
        pytest.param("stringField.x=1", "stringField.x", id="into-a-scalar"),
        pytest.param("child..int32Field=1", "child..int32Field", id="empty-part"),
        pytest.param("stringField=%", "stringField", id="cut-escape"),
        pytest.param("stringField=%zz", "stringField", id="malformed-escape"),
        pytest.param("stringField=%ff", "stringField", id="not-utf-8"),
        pytest.param("%ff=1", "%ff", id="name-not-utf-8"),
        pytest.param("child." * 32 + "int32Field=1", "child." * 32 + "int32Field", id="33-deep"),
    ],
)
async def test_refused(query: str, field: str) -> None:
    """A parameter that cannot be bound is a violation of its own."""
    response = await call(GATEWAY, "GET", "/v1/echo?" + query)
    assert response.status == 400
    assert list(response.violations) == [field]
    assert response.json["error"]["status"] == "INVALID_ARGUMENT"


async def test_every_violation_is_told() -> None:
    """One answer tells of them all."""
    response = await call(GATEWAY, "GET", "/v1/echo?a=1&int32Field=x&boolField=y&color=RED")
    assert list(response.violations) == ["a", "int32Field", "boolField"]


async def test_bounds() -> None:
    """1,000 parameters, 32 deep, are taken; one more is not."""
    for count, status in ((1000, 200), (1001, 400)):
        limits = Limits(uri_bytes=100_000)
        query = "&".join(["strings=a"] * count)
        response = await call(gateway_of(limits=limits), "GET", "/v1/echo?" + query)
        assert response.status == status
    deepest = await echoed("/v1/echo?" + "child." * 31 + "int32Field=1")
    assert str(deepest).count("child") == 31


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        pytest.param("/v1/ints/-5", {"int32_field": -5}, id="integer"),
        pytest.param("/v1/uint64s/18446744073709551615", {"uint64_field": 2**64 - 1}, id="uint64"),
        pytest.param("/v1/floats/NaN", None, id="nan"),
        pytest.param("/v1/bools/true", {"bool_field": True}, id="bool"),
        pytest.param("/v1/bytes/_-8", {"bytes_field": b"\xff\xef"}, id="bytes"),
        pytest.param("/v1/colors/GREEN", {"color": 2}, id="enum"),
        pytest.param("/v1/strings/a+b%2Fc", {"string_field": "a+b/c"}, id="string"),
        pytest.param("/v1/strings/a%3Ashout", {"string_field": "a:shout"}, id="escaped-colon"),
        pytest.param(
            "/v1/nested/x/4", {"child": {"string_field": "x", "int32_field": 4}}, id="nested"
        ),
        pytest.param("/v1/two/a/1/b/2", {"string_field": "a/1", "renamed_field": "b/2"}, id="two"),
        pytest.param("/v1/tail/a//b/", {"string_field": "a//b/"}, id="everything-behind"),
        pytest.param(
            "/v1/names/shelves/s%2F1/books/b", {"string_field": "shelves/s%2F1/books/b"}, id="name"
        ),
        pytest.param(
            "/v1/ints/1?stringField=s", {"int32_field": 1, "string_field": "s"}, id="with-query"
        ),
    ],
)
async def test_path_variables(target: str, expected: dict[str, Any] | None) -> None:
    """A variable sets its field, parsed as a query's value is."""
    message = await echoed(target)
    if expected is None:
        assert message.float_field != message.float_field
    else:
        assert message == everything_pb2.Everything(**expected)


@pytest.mark.parametrize(
    ("target", "field"),
    [
        pytest.param("/v1/ints/x", "int32_field", id="a-bad-value-is-400-not-404"),
        pytest.param("/v1/ints/1.0", "int32_field", id="fraction"),
        pytest.param("/v1/colors/BLUE", "color", id="unknown-enum"),
        pytest.param("/v1/strings/..", "string_field", id="dot-segment"),
        pytest.param("/v1/strings/..%2F..", "string_field", id="dot-segments-behind-escapes"),
        pytest.param("/v1/tail/a/../b", "string_field", id="dot-segment-within"),
        pytest.param("/v1/names/shelves/./books/b", "string_field", id="dot-segment-of-a-name"),
        pytest.param("/v1/ints/1?int32Field=2", "int32Field", id="by-path-and-by-query"),
        pytest.param(
            "/v1/nested/x/4?child.string_field=y", "child.string_field", id="nested-twice"
        ),
        pytest.param(
            "/v1/choices/1?chosenString=a", "chosenString", id="oneof-by-path-and-by-query"
        ),
    ],
)
async def test_refused_paths(target: str, field: str) -> None:
    """A value that cannot be bound is 400 with the field's name."""
    response = await call(GATEWAY, "GET", target)
    assert response.status == 400
    assert list(response.violations) == [field]


@given(st.binary(max_size=60))
async def test_any_query_is_bound_or_refused(query: bytes) -> None:
    """No query is a fault of the server's."""
    response = await call(GATEWAY, "GET", "/v1/echo?" + query.decode("utf-8", "surrogateescape"))
    assert response.status in {200, 400}
