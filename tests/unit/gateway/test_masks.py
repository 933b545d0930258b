"""`fields`: what is kept of a response."""

from typing import Any

import pytest
from gatewaytest.v1 import everything_pb2
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st

from voice_recordings.gateway.masks import MaskError, applied, parse, resolve

Everything = everything_pb2.Everything
WHOLE = {
    "int32Field": 1,
    "stringField": "s",
    "child": {"int32Field": 2, "child": {"stringField": "c", "int32Field": 3}},
    "children": [{"int32Field": 4, "stringField": "a"}, {"stringField": "b"}],
    "stringMap": {"x": "1", "y": "2"},
    "childMap": {"k": {"int32Field": 5, "stringField": "m"}},
    "struct": {"a": {"b": 1, "c": 2}, "d": 3},
    "other": "r",
}


def kept(mask: str) -> Any:
    """The JSON of what a mask keeps of WHOLE."""
    message = json_format.ParseDict(WHOLE, Everything())
    before = message.SerializeToString(deterministic=True)
    descriptor: Any = Everything.DESCRIPTOR
    tree = resolve(parse(mask), descriptor)
    value = json_format.MessageToDict(applied(tree, message))
    assert message.SerializeToString(deterministic=True) == before
    return value


@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        pytest.param("*", WHOLE, id="everything"),
        pytest.param("int32Field", {"int32Field": 1}, id="json-name"),
        pytest.param(
            "int32_field,renamed_field", {"int32Field": 1, "other": "r"}, id="proto-names"
        ),
        pytest.param("child", {"child": WHOLE["child"]}, id="a-whole-message"),
        pytest.param("child/int32Field", {"child": {"int32Field": 2}}, id="slash"),
        pytest.param(
            "child.child.stringField", {"child": {"child": {"stringField": "c"}}}, id="dots"
        ),
        pytest.param(
            "child(int32Field,child/int32Field)",
            {"child": {"int32Field": 2, "child": {"int32Field": 3}}},
            id="parentheses",
        ),
        pytest.param(
            "children/int32Field", {"children": [{"int32Field": 4}, {}]}, id="through-lists"
        ),
        pytest.param("stringMap/x", {"stringMap": {"x": "1"}}, id="a-key"),
        pytest.param(
            "childMap/k/int32Field", {"childMap": {"k": {"int32Field": 5}}}, id="below-a-key"
        ),
        pytest.param(
            "childMap/*/int32Field", {"childMap": {"k": {"int32Field": 5}}}, id="below-every-key"
        ),
        pytest.param("struct/a/b", {"struct": {"a": {"b": 1.0}}}, id="within-a-struct"),
        pytest.param("child/*", {"child": WHOLE["child"]}, id="star-below"),
        pytest.param("double_field", {}, id="a-field-that-is-not-set"),
    ],
)
def test_kept(mask: str, expected: Any) -> None:
    """A copy with what the mask names, the message itself untouched."""
    assert kept(mask) == expected


@pytest.mark.parametrize(
    "mask",
    [
        pytest.param("nope", id="unknown"),
        pytest.param("child/nope", id="unknown-below"),
        pytest.param("int32Field/x", id="into-a-scalar"),
        pytest.param("childMap/k/nope", id="unknown-below-a-key"),
        pytest.param("a,", id="comma-at-the-end"),
        pytest.param(",a", id="comma-at-the-start"),
        pytest.param("child(", id="open"),
        pytest.param("child)", id="closed"),
        pytest.param("child()", id="nothing-within"),
        pytest.param("child//int32Field", id="two-slashes"),
        pytest.param("int32Field stringField", id="space"),
        pytest.param("child(" * 40 + "int32Field" + ")" * 40, id="too-deep"),
        pytest.param("/".join(["child"] * 40), id="too-long-a-path"),
    ],
)
def test_refused(mask: str) -> None:
    """A mask that names nothing is refused."""
    with pytest.raises(MaskError):
        kept(mask)


@given(st.text("a*,/.()x ", max_size=30))
def test_any_mask_is_read_or_refused(mask: str) -> None:
    """No mask is a fault of the server's."""
    try:
        parse(mask)
    except MaskError:
        return
    assert mask.strip()
