"""Bodies: where they go, and what of them is refused."""

import gzip
import json
from typing import Any

import pytest
from gatewaytest.v1 import everything_pb2, kitchen_pb2
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st

from gateway_support.asgi import call
from gateway_support.kitchen import gateway_of
from voice_recordings.gateway import Limits

GATEWAY = gateway_of()
JSON = (b"content-type", b"application/json")


@pytest.mark.parametrize(
    ("target", "body", "expected"),
    [
        pytest.param("/v1/echo", '{"int32Field":1}', {"int32_field": 1}, id="everything"),
        pytest.param("/v1/echo", "", {}, id="nothing-sent"),
        pytest.param("/v1/echo", "{}", {}, id="empty-object"),
        pytest.param(
            "/v1/strings/a:post", '{"stringField":"b"}', {"string_field": "a"}, id="the-path-wins"
        ),
        pytest.param(
            "/v1/child/p",
            '{"int32Field":1}',
            {"string_field": "p", "child": {"int32_field": 1}},
            id="a-message",
        ),
        pytest.param(
            "/v1/child/p?int32Field=2",
            "{}",
            {"string_field": "p", "int32_field": 2, "child": {}},
            id="with-a-query",
        ),
        pytest.param("/v1/child/p", "null", {"string_field": "p"}, id="null-is-unset"),
        pytest.param("/v1/child/p", "", {"string_field": "p"}, id="nothing-is-unset"),
        pytest.param("/v1/body/int64", '"5"', {"int64_field": 5}, id="integer-as-a-string"),
        pytest.param("/v1/body/int64", "5", {"int64_field": 5}, id="integer"),
        pytest.param("/v1/body/bool", "true", {"bool_field": True}, id="bool"),
        pytest.param("/v1/body/string", '"x"', {"string_field": "x"}, id="string"),
        pytest.param("/v1/body/bytes", '"_-8"', {"bytes_field": b"\xff\xef"}, id="bytes"),
        pytest.param("/v1/body/color", '"RED"', {"color": 1}, id="enum"),
        pytest.param("/v1/body/strings", '["a","b"]', {"strings": ["a", "b"]}, id="list"),
        pytest.param(
            "/v1/body/children",
            '[{"int32Field":1}]',
            {"children": [{"int32_field": 1}]},
            id="list-of-messages",
        ),
        pytest.param("/v1/body/map", '{"a":"b"}', {"string_map": {"a": "b"}}, id="map"),
        pytest.param("/v1/body/struct", '{"a":1}', {"struct": {"a": 1}}, id="struct"),
        pytest.param(
            "/v1/body/value",
            "[1]",
            {"value": {"list_value": {"values": [{"number_value": 1}]}}},
            id="value",
        ),
        pytest.param(
            "/v1/body/list",
            "[null]",
            {"list_value": {"values": [{"null_value": 0}]}},
            id="list-value",
        ),
        pytest.param(
            "/v1/body/timestamp",
            '"1970-01-01T00:00:01Z"',
            {"timestamp": {"seconds": 1}},
            id="timestamp",
        ),
        pytest.param("/v1/body/wrapper", '"0"', {"int64_value": {"value": 0}}, id="wrapper"),
        pytest.param(
            "/v1/body/chosen?int32Field=1",
            '"c"',
            {"chosen_string": "c", "int32_field": 1},
            id="oneof",
        ),
    ],
)
async def test_bound(target: str, body: str, expected: dict[str, Any]) -> None:
    """A body sets what its rule says."""
    response = await call(GATEWAY, "POST", target, body.encode(), [JSON])
    assert response.status == 200, response.body
    message = json_format.Parse(response.body, everything_pb2.Everything())
    assert message == everything_pb2.Everything(**expected)


@pytest.mark.parametrize(
    ("method", "target", "body", "field"),
    [
        pytest.param("POST", "/v1/echo", "[]", "", id="root-list"),
        pytest.param("POST", "/v1/echo", '""', "", id="root-string"),
        pytest.param("POST", "/v1/echo", "null", "", id="root-null"),
        pytest.param("POST", "/v1/echo", '{"child":{"nope":1}}', "child.nope", id="unknown-field"),
        pytest.param(
            "POST",
            "/v1/echo",
            '{"children":[{"int32Field":"x"}]}',
            "children[0].int32Field",
            id="path-to-a-list",
        ),
        pytest.param("POST", "/v1/body/int64", '"1_000"', "int64Field", id="field-body"),
        pytest.param("POST", "/v1/body/strings", "[null]", "strings[0]", id="null-in-a-list"),
        pytest.param(
            "POST", "/v1/echo?int32Field=1", "{}", "int32Field", id="query-beside-everything"
        ),
        pytest.param(
            "POST",
            "/v1/child/p?child.int32Field=1",
            "{}",
            "child.int32Field",
            id="query-into-the-body",
        ),
        pytest.param(
            "POST",
            "/v1/body/chosen?chosenInt32=1",
            '"c"',
            "chosenInt32",
            id="oneof-by-body-and-by-query",
        ),
    ],
)
async def test_violations(method: str, target: str, body: str, field: str) -> None:
    """What does not fit is 400, with the path to it."""
    response = await call(GATEWAY, method, target, body.encode(), [JSON])
    assert response.status == 400
    assert list(response.violations) == [field]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        pytest.param(b"{", [], 400, id="not-json"),
        pytest.param(b'{"a":1,"a":1}', [], 400, id="key-twice"),
        pytest.param(b"\xef\xbb\xbf{}", [], 400, id="byte-order-mark"),
        pytest.param(b"[" * 900, [], 400, id="deep"),
        pytest.param(b"{}", [(b"content-type", b"text/plain")], 415, id="media-type"),
        pytest.param(
            b"{}", [(b"content-type", b"application/x-www-form-urlencoded")], 415, id="form"
        ),
        pytest.param(
            b"{}", [(b"content-type", b"application/json; charset=utf-8")], 200, id="charset"
        ),
        pytest.param(
            b"{}", [(b"content-type", b"APPLICATION/JSON")], 200, id="media-types-have-no-case"
        ),
        pytest.param(b"{}", [], 200, id="no-media-type"),
        pytest.param(b"{}", [(b"content-encoding", b"br")], 415, id="content-encoding"),
        pytest.param(gzip.compress(b"{}"), [(b"content-encoding", b"gzip")], 200, id="gzip"),
        pytest.param(b"{}", [(b"content-encoding", b"gzip")], 400, id="not-gzip"),
        pytest.param(
            gzip.compress(b"{}")[:-4], [(b"content-encoding", b"gzip")], 400, id="cut-gzip"
        ),
        pytest.param(b'{"stringField":"' + b"a" * 2000 + b'"}', [], 413, id="too-large"),
        pytest.param(
            gzip.compress(b" " * 10_000_000), [(b"content-encoding", b"gzip")], 413, id="bomb"
        ),
        pytest.param(b"{}", [(b"content-length", b"100000")], 413, id="too-large-by-its-own-word"),
    ],
)
async def test_media(body: bytes, headers: list[tuple[bytes, bytes]], status: int) -> None:
    """What a body is, how it is encoded, and how large it may be."""
    gateway = gateway_of(limits=Limits(body_bytes=1000))
    response = await call(gateway, "POST", "/v1/echo", [body[:9], body[9:]], headers)
    assert response.status == status, response.body
    if status != 200:
        assert response.json["error"]["code"] == status
        assert response.json["error"]["details"][0]["reason"]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_a_body_where_none_is_declared(method: str) -> None:
    """It is refused rather than dropped."""
    response = await call(GATEWAY, method, "/v1/echo", b"{}", [JSON])
    assert response.status == 400
    assert response.json["error"]["details"][0]["reason"] == "UNEXPECTED_BODY"


async def test_raw_bodies() -> None:
    """HttpBody is bytes with a content type, in requests and responses."""
    headers = [(b"content-type", b"audio/wav")]
    response = await call(GATEWAY, "POST", "/v1/raw", [b"\x00", b"\xff"], headers)
    assert (response.status, response.body) == (200, b"\x00\xff")
    assert response.header("content-type") == "audio/wav"
    assert response.header("x-content-type-options") == "nosniff"


async def test_a_file_among_fields() -> None:
    """A field of type HttpBody takes the body, path and query the rest."""
    headers = [(b"content-type", b"text/csv")]
    response = await call(GATEWAY, "PUT", "/v1/files/f?folder=x", b"1,2", headers)
    file = json_format.Parse(response.body, kitchen_pb2.File())
    assert (file.name, file.folder) == ("f", "x")
    assert (file.file.content_type, file.file.data) == ("text/csv", b"1,2")


async def test_a_file_as_the_response_body() -> None:
    """One that is not set is empty, of no particular type."""
    response = await call(GATEWAY, "GET", "/v1/files/f")
    assert (response.status, response.body) == (200, b"")
    assert response.header("content-type") == "application/octet-stream"


@pytest.mark.parametrize(
    ("target", "body", "expected"),
    [
        pytest.param("/v1/take/string?stringField=a", None, "a", id="string"),
        pytest.param("/v1/take/string", None, "", id="default-string"),
        pytest.param("/v1/take/int64?int64Field=5", None, "5", id="integer"),
        pytest.param("/v1/take/strings?strings=a&strings=b", None, ["a", "b"], id="list"),
        pytest.param("/v1/take/strings", None, [], id="empty-list"),
        pytest.param("/v1/take/map", {"stringMap": {"a": "b"}}, {"a": "b"}, id="map"),
        pytest.param("/v1/take/child?child.int32Field=1", None, {"int32Field": 1}, id="message"),
        pytest.param("/v1/take/child", None, None, id="message-that-is-not-set"),
        pytest.param(
            "/v1/take/timestamp?timestamp=1970-01-01T00:00:00Z",
            None,
            "1970-01-01T00:00:00Z",
            id="timestamp",
        ),
        pytest.param("/v1/take/struct", {"struct": {"a": [1]}}, {"a": [1]}, id="struct"),
        pytest.param("/v1/take/optional?optionalInt32=0", None, 0, id="optional"),
    ],
)
async def test_response_bodies(target: str, body: Any, expected: Any) -> None:
    """`response_body` answers with one field's own JSON, of any type."""
    method, content = ("GET", b"") if body is None else ("POST", json.dumps(body).encode())
    response = await call(GATEWAY, method, target, content)
    assert response.status == 200, response.body
    assert response.json == expected


@given(st.binary(max_size=60))
async def test_any_body_is_taken_or_refused(body: bytes) -> None:
    """No body is a fault of the server's."""
    response = await call(GATEWAY, "POST", "/v1/echo", body)
    assert response.status in {200, 400}
