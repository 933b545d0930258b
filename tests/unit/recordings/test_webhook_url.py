"""How a webhook's URL is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_recordings.recordings.webhook_url import parse


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("https://app.example/ready", "https://app.example/ready"),
        ("HTTPS://App.EXAMPLE/Ready", "https://app.example/Ready"),
        ("https://app.example", "https://app.example/"),
        ("https://app.example?x=1", "https://app.example/?x=1"),
        ("https://app.example:443/", "https://app.example/"),
        ("http://app.example:80/", "http://app.example/"),
        ("http://app.example:443/", "http://app.example:443/"),
        ("http://app.example:08080/", "http://app.example:8080/"),
        ("http://app.example/#part", "http://app.example/"),
        (
            "http://app.example/a%2fb/%C3%A9?q=a+b&c[]=%20",
            "http://app.example/a%2fb/%C3%A9?q=a+b&c[]=%20",
        ),
        ("http://app.example./", "http://app.example./"),
        ("http://my_service:8080/", "http://my_service:8080/"),
        ("http://xn--bcher-kva.example/", "http://xn--bcher-kva.example/"),
        ("http://127.0.0.1:1/", "http://127.0.0.1:1/"),
        ("http://[2606:4700::1111]/", "http://[2606:4700::1111]/"),
        ("http://[2606:4700:0:0:0:0:0:1111]:80/", "http://[2606:4700::1111]/"),
        ("http://app.example/../a/./b", "http://app.example/../a/./b"),
    ],
)
def test_what_is_sent(written: str, sent: str) -> None:
    """The form that the receiver can see is the one that is signed."""
    assert parse(written).text == sent


@pytest.mark.parametrize(
    ("written", "host"),
    [
        ("http://App.Example./", "app.example"),
        ("http://[::1]/", "::1"),
        ("http://[0:0::1]/", "::1"),
        ("http://10.0.0.1/", "10.0.0.1"),
    ],
)
def test_the_host_that_is_dialled(written: str, host: str) -> None:
    """One spelling for each."""
    assert parse(written).host == host


@pytest.mark.parametrize(
    "written",
    [
        "",
        "/ready",
        "//app.example/",
        "app.example",
        "ftp://app.example/",
        "file:///etc/passwd",
        "gopher://app.example/",
        "javascript:alert(1)",
        "http:app.example",
        "http:/app.example",
        "http:///ready",
        "http://",
        "http://:80/",
        "http://user@app.example/",
        "http://user:word@app.example/",
        "http://@app.example/",
        "http://app.example:0/",
        "http://app.example:65536/",
        "http://app.example:-1/",
        "http://app.example:8o/",
        "http://app.example:/",
        "http://app.example\\@other.example/",
        "http://app.example/ready now",
        "http://app.example/\r\nX-Injected: 1",
        "http://app.example/\tready",
        " http://app.example/",
        "http://app.example/ ",
        "http://app.example/\n",
        "http://app.example/é",
        "http://büchner.example/",
        "http://app。example/",
        "http://①②⑦.⓪.⓪.①/",
        "http://%31%32%37.0.0.1/",
        "http://127.1/",
        "http://127.0.0.1./",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.0.0.01/",
        "http://256.0.0.1/",
        "http://1.2.3.4.5/",
        "http://app.0x/",
        "http://[::1%25lo]/",
        "http://[fe80::1%eth0]/",
        "http://[::1/",
        "http://[1.2.3.4]/",
        "http://[:::]/",
        "http://-app.example/",
        "http://app..example/",
        "http://.app.example/",
        "http://app.example../",
        "http://" + "a" * 64 + ".example/",
        "http://app.example/" + "a" * 2048,
        "http://app.example\x00.other.example/",
    ],
)
def test_what_is_not_taken(written: str) -> None:
    """Whatever two readers could read differently."""
    with pytest.raises(ValueError, match=r"^(is|has) "):
        parse(written)


@given(st.text(max_size=60))
def test_reading_is_settled(text: str) -> None:
    """What is sent reads as itself, and nothing but ValueError ever comes out."""
    for prefix in ("", "http://", "https://h/"):
        try:
            url = parse(prefix + text)
        except ValueError:
            continue
        assert parse(url.text) == url
