"""Requests nobody made in earnest: always one answer, and never a fault of the server's."""

from hypothesis import given
from hypothesis import strategies as st

from gateway_support.kitchen import gateway_of
from gateway_support.requests import HEADERS, METHODS, PATHS, answered
from voice_recordings.gateway import Cors, Description

GATEWAY = gateway_of(
    cors=Cors(["*"]), description=Description("Kitchen", "1"), method_override=True
)
TAILS = st.one_of(
    st.binary(max_size=40),
    st.text("/:%.*{}?&=+aA1-_~2fFeE", max_size=40).map(str.encode),
)
VALUES = st.one_of(
    st.binary(max_size=30),
    st.sampled_from([b"application/json", b"application/x-protobuf", b"gzip", b"a/b,c(d)", b"1"]),
)
BODIES = st.one_of(
    st.binary(max_size=80),
    st.text('{}[]",:0123456789.eE+-truefalsn\\u ', max_size=80).map(str.encode),
    st.sampled_from([b"{}", b"[]", b"null", b'{"child":{"child":{}}}', b"[{}]"]),
)


@given(
    st.sampled_from(METHODS),
    st.sampled_from(PATHS),
    TAILS,
    BODIES,
    st.lists(st.tuples(st.sampled_from(HEADERS), VALUES), max_size=4),
)
async def test_any_request_has_one_answer(
    method: str, path: str, tail: bytes, body: bytes, headers: list[tuple[bytes, bytes]]
) -> None:
    """Whatever the path, the query, the headers and the body are."""
    await answered(GATEWAY, method, path.encode() + tail, body, headers)
