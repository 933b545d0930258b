"""Where the webhook may go."""

import pytest

from voice_recordings.errors import InvalidArgument
from voice_recordings.recordings.ready_uri import check_ready_uri


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "http://example.com",
        "https://example.com:8443/ready?call=1&x=%20#top",
        "HTTPS://EXAMPLE.COM/",
        "http://[::1]:8080/",
        "http://127.0.0.1/",
    ],
)
def test_an_absolute_web_address_or_none_is_accepted(uri: str) -> None:
    """Http and https, with a host."""
    check_ready_uri(uri)


@pytest.mark.parametrize(
    "uri",
    [
        pytest.param("/ready", id="relative"),
        pytest.param("//example.com/ready", id="no scheme"),
        pytest.param("ready", id="a word"),
        pytest.param("ftp://example.com/", id="ftp"),
        pytest.param("file:///etc/passwd", id="file"),
        pytest.param("javascript:alert(1)", id="javascript"),
        # Told to receivers' logs, and read differently by different readers (RFC 9110, 4.2.4).
        pytest.param("http://user:secret@example.com/", id="user"),
        pytest.param("http://", id="no host"),
        pytest.param("http:///path", id="empty host"),
        pytest.param("http://example.com:99999/", id="port too high"),
        pytest.param("http://example.com:port/", id="port not a number"),
        pytest.param("http://exa mple.com/", id="space"),
        pytest.param("http://example.com/\r\nX: y", id="line break"),
        pytest.param("http://exämple.com/", id="not ASCII"),
        pytest.param("http://[::1/", id="open bracket"),
        pytest.param("http://example.com/" + "x" * 2048, id="too long"),
    ],
)
def test_anything_else_is_refused_with_its_field(uri: str) -> None:
    """The refusal names ready_uri."""
    with pytest.raises(InvalidArgument) as refused:
        check_ready_uri(uri)
    assert [violation.field for violation in refused.value.violations] == ["ready_uri"]
