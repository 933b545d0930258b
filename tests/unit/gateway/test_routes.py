"""Which route a path leads to."""

import pytest

from voice_recordings.gateway.paths import capture, split
from voice_recordings.gateway.routes import DuplicateRouteError, Match, RouteTable
from voice_recordings.gateway.template import parse


def table(*routes: str) -> RouteTable[str]:
    """A table of `METHOD /template` routes, each its own target."""
    made: RouteTable[str] = RouteTable()
    for route in routes:
        method, _, template = route.partition(" ")
        made.add(method, parse(template), route)
    return made


def values(match: Match[str]) -> dict[str, str]:
    """What the variables of a match capture."""
    length = len(match.path.raw)
    return {
        variable.name: capture(
            match.path,
            match.template.place(variable.start, length),
            match.template.place(variable.end, length),
            multi=variable.multi,
        )
        for variable in match.template.variables
    }


BOOKS = table(
    "GET /v1/shelves/{shelf}",
    "GET /v1/shelves/new",
    "GET /v1/{name=shelves/*/books/*}",
    "POST /v1/{name=shelves/*/books/*}:read",
    "GET /v1/{rest=**}",
    "GET /v1/{rest=**}/index",
    "DELETE /v1/shelves/{shelf}",
    "GET /files/{path=**}:tail",
    "PATCH /a/*/c",
    "PATCH /a/b/{d}/e",
)


@pytest.mark.parametrize(
    ("method", "path", "target", "captured"),
    [
        pytest.param("GET", "/v1/shelves/7", "GET /v1/shelves/{shelf}", {"shelf": "7"}, id="one"),
        pytest.param("GET", "/v1/shelves/new", "GET /v1/shelves/new", {}, id="literal-before-one"),
        pytest.param(
            "GET",
            "/v1/shelves/new/books/2",
            "GET /v1/{name=shelves/*/books/*}",
            {"name": "shelves/new/books/2"},
            id="backtracks-from-the-literal",
        ),
        pytest.param("PATCH", "/a/b/c", "PATCH /a/*/c", {}, id="backtracks-past-a-longer-literal"),
        pytest.param("GET", "/v1/x/y", "GET /v1/{rest=**}", {"rest": "x/y"}, id="many"),
        pytest.param("GET", "/v1", "GET /v1/{rest=**}", {"rest": ""}, id="many-takes-none"),
        pytest.param("GET", "/v1/", "GET /v1/{rest=**}", {"rest": ""}, id="many-takes-an-empty"),
        pytest.param(
            "GET", "/v1/x/", "GET /v1/{rest=**}", {"rest": "x/"}, id="many-takes-a-trailing-slash"
        ),
        pytest.param(
            "GET", "/v1/a/b/index", "GET /v1/{rest=**}/index", {"rest": "a/b"}, id="longest-tail"
        ),
        pytest.param(
            "POST",
            "/v1/shelves/1/books/2:read",
            "POST /v1/{name=shelves/*/books/*}:read",
            {"name": "shelves/1/books/2"},
            id="verb",
        ),
        pytest.param(
            "GET",
            "/v1/shelves/1/books/2:read",
            "GET /v1/{name=shelves/*/books/*}",
            {"name": "shelves/1/books/2:read"},
            id="a-verb-of-another-method-is-part-of-the-segment",
        ),
        pytest.param(
            "GET",
            "/v1/shelves/a:b",
            "GET /v1/shelves/{shelf}",
            {"shelf": "a:b"},
            id="an-unregistered-verb-is-part-of-the-segment",
        ),
        pytest.param(
            "GET",
            "/files/a:b:tail",
            "GET /files/{path=**}:tail",
            {"path": "a:b"},
            id="the-verb-follows-the-last-colon",
        ),
        pytest.param(
            "HEAD", "/v1/shelves/7", "GET /v1/shelves/{shelf}", {"shelf": "7"}, id="head-is-get"
        ),
        pytest.param(
            "GET",
            "/v1/%73helves/a%2Fb",
            "GET /v1/shelves/{shelf}",
            {"shelf": "a/b"},
            id="segments-are-decoded-after-the-split",
        ),
    ],
)
def test_matches(method: str, path: str, target: str, captured: dict[str, str]) -> None:
    """The most specific route is found, and its variables hold their segments."""
    match = BOOKS.find(method, split(path.encode()))
    assert match is not None
    assert match.target == target
    assert values(match) == captured


@pytest.mark.parametrize(
    ("method", "path"),
    [
        pytest.param("GET", "/v2/x", id="unknown-path"),
        pytest.param("DELETE", "/v1/shelves/", id="an-empty-segment-is-no-variable"),
        pytest.param("PATCH", "/a//c", id="an-empty-segment-is-no-wildcard"),
        pytest.param("DELETE", "/v1/shelves/7/", id="a-trailing-slash-is-a-segment"),
        pytest.param("POST", "/v1/shelves/1/books/2%3Aread", id="an-escaped-colon-is-no-verb"),
        pytest.param("GET", "/files/a%3Atail", id="an-escaped-colon-is-no-verb-behind-many"),
    ],
)
def test_no_match(method: str, path: str) -> None:
    """Paths that look alike lead nowhere."""
    assert BOOKS.find(method, split(path.encode())) is None


def test_methods_of_a_known_path() -> None:
    """Every method of the path is told, with HEAD where there is GET."""
    routes = table("GET /a/{b}", "POST /a/{b}", "DELETE /a/x", "PUT /a/{b}:x")
    assert routes.methods(split(b"/a/x")) == ["DELETE", "GET", "HEAD", "POST"]
    assert routes.methods(split(b"/a/y:x")) == ["GET", "HEAD", "POST", "PUT"]
    assert routes.methods(split(b"/b")) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("GET /a/{b}", "GET /a/{c=*}", id="variables-of-one-shape"),
        pytest.param("GET /{n=a/*}", "GET /a/*", id="a-variable-is-only-its-segments"),
        pytest.param("GET /a/**/t:v", "GET /{n=a/**/t}:v", id="with-a-tail-and-a-verb"),
    ],
)
def test_duplicates(first: str, second: str) -> None:
    """Two rules for one set of paths are refused, each named."""
    with pytest.raises(DuplicateRouteError) as refusal:
        table(first, second)
    for route in (first, second):
        assert repr(route.partition(" ")[2]) in str(refusal.value)


def test_any_method() -> None:
    """A custom pattern of `*` serves every method that has no route of its own."""
    routes = table("* /a", "GET /a")
    for method, target in (("GET", "GET /a"), ("PURGE", "* /a")):
        match = routes.find(method, split(b"/a"))
        assert match is not None
        assert match.target == target


def test_hostile_paths_and_large_tables_are_looked_up_in_few_steps() -> None:
    """A path of 64,000 slashes, and 10,000 routes that share wildcards, are both answered."""
    routes = table(
        "GET /**/x",
        *(f"GET /*/*/{index}/{{name=*/**}}/t{index}" for index in range(10_000)),
    )
    assert routes.find("GET", split(b"/" * 64_000)) is None
    assert routes.find("GET", split(b"/" * 64_000 + b"x")) is not None
    match = routes.find("GET", split(b"/a/b/9999" + b"/c" * 30_000 + b"/t9999"))
    assert match is not None
    assert match.target.endswith("t9999")
