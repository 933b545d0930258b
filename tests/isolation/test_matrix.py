"""Every method, through every door, on what is one's own and what is not.

The rows are made from the descriptors, so that a method added later is in the
matrix without a word.
"""

import time
from collections.abc import Iterator
from itertools import count

import pytest

from isolation.doors import Outcome, Route, routes, send
from support.accounts import KEY_ID, OTHER, OWN, projects_toml
from support.guarded import Guarded, guarded
from support.jwts import key_pair
from voice_recordings.access.permissions import Permission
from voice_recordings.rpc.permissions import METHODS

_ROUTES = routes()
_REFUSED = ("PERMISSION_DENIED", "UNAUTHENTICATED")
_RELOAD_SECONDS = 120
_numbers = count()


def email(kind: str, permission: Permission) -> str:
    """The account of acme that has `only` this permission, or `lacks` it alone."""
    return f"{kind}-{permission.value}@acme.voice-recordings.internal"


def accounts() -> str:
    """An account for each permission that has it alone, and one that lacks it alone."""
    text = "[projects.acme.roles]\n"
    for each in Permission:
        others = [other.value for other in Permission if other is not each]
        text += f'"only-{each.value}" = ["{each.value}"]\n"lacks-{each.value}" = {others}\n'
    for each in Permission:
        for kind in ("only", "lacks"):
            text += (
                f'[service_accounts."{email(kind, each)}"]\nproject = "acme"\n'
                f'[service_accounts."{email(kind, each)}".keys]\n'
                f"\"{KEY_ID}\" = '''{key_pair(0).public}'''\n"
            )
    return text


def toml(*, with_gone: bool) -> str:
    """The projects file, with or without the project that goes away."""
    bindings = "".join(
        f'"{kind}-{each.value}" = ["{email(kind, each)}"]\n'
        for each in Permission
        for kind in ("only", "lacks")
    )
    text = projects_toml(more=accounts()).replace(
        "[projects.acme.bindings]\n", f"[projects.acme.bindings]\n{bindings}"
    )
    gone = f'[projects.gone.bindings]\n"roles/voice.admin" = ["{OWN}"]\n'
    return text + (gone if with_gone else "")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """Two projects with a recording each, and one that had one and is gone."""
    folder = tmp_path_factory.mktemp("isolation")
    with guarded(folder, toml=toml(with_gone=True)) as server:
        for project, owner in (("acme", OWN), ("globex", OTHER), ("gone", OWN)):
            server.record(f"projects/{project}/calls/c1", "r1", owner)
        server.rewrite(toml(with_gone=False))
        deadline = time.monotonic() + _RELOAD_SECONDS
        while ask(server, _ROUTES[0], "gone").code == "OK":
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield server


def ask(server: Guarded, route: Route, *ids: str, caller: str = OWN) -> Outcome:
    """Calls the method on `projects/{id}/calls/{id}/recordings/{id}`, or what of it there is."""
    ids = (*ids, *("c1", "r1", "d1")[len(ids) - 1 :])
    return send(server.running, route, route.name(*ids), [server.header(caller)])


@pytest.fixture
def own(server: Guarded) -> str:
    """The id of a recording of acme that nobody has touched yet."""
    recording_id = f"own-{next(_numbers)}"
    server.record("projects/acme/calls/c1", recording_id)
    return recording_id


@pytest.fixture(params=_ROUTES, ids=str)
def route(request: pytest.FixtureRequest) -> Route:
    """Every way to every method."""
    found: Route = request.param
    return found


def test_what_is_own_is_open(server: Guarded, route: Route, own: str) -> None:
    """Whatever else the method says to so bare a request, it lets its caller in."""
    assert ask(server, route, "acme", "c1", own).code not in _REFUSED


def test_what_is_not_own_is_as_if_it_were_not(server: Guarded, route: Route) -> None:
    """Another's project, one that never was and one that is gone: the same, byte for byte.

    So is a recording of another's that exists, one that does not, and a
    permission one has not got.
    """
    there = ask(server, route, "globex", "c1", "r1")
    assert there.code == "PERMISSION_DENIED"
    for ids in (
        ("globex", "c1", "absent"),
        ("globex", "absent", "absent"),
        ("absent", "c1", "r1"),
        ("gone", "c1", "r1"),
        ("gone", "absent", "absent"),
    ):
        assert ask(server, route, *ids) == there, ids
    lacking = email("lacks", METHODS[route.method].permission)
    for ids in (("acme", "c1", "r1"), ("acme", "c1", "absent"), ("acme", "absent", "absent")):
        assert ask(server, route, *ids, caller=lacking) == there, ids


def test_one_permission_opens_a_method(server: Guarded, route: Route, own: str) -> None:
    """The one in the table, and it alone."""
    needed = METHODS[route.method].permission
    for each in Permission:
        outcome = ask(server, route, "acme", "c1", own, caller=email("only", each))
        assert (outcome.code in _REFUSED) == (each is not needed), each


def test_a_wildcard_is_no_project(server: Guarded, route: Route) -> None:
    """And where it may stand for a call, it does so in one's own project alone."""
    for ids in (("-", "-", "-"), ("-", "c1", "r1")):
        assert ask(server, route, *ids).code == "INVALID_ARGUMENT"
    assert ask(server, route, "globex", "-", "-").code == "PERMISSION_DENIED"
    assert ask(server, route, "absent", "-", "-") == ask(server, route, "globex", "-", "r1")


def test_a_deleted_recording_tells_strangers_nothing(server: Guarded, route: Route) -> None:
    """Its owner learns that it is gone; others what they learn of any."""
    deleted = f"deleted-{next(_numbers)}"
    name = server.record("projects/globex/calls/c1", deleted, OTHER)
    before = ask(server, route, "globex", "c1", deleted)
    delete = next(each for each in _ROUTES if each.method.endswith("/DeleteRecording"))
    assert send(server.running, delete, name, [server.header(OTHER)]).code == "OK"
    assert ask(server, route, "globex", "c1", deleted) == before
    assert ask(server, route, "globex", "c1", deleted, caller=OTHER).code not in _REFUSED


MALFORMED = (
    "", "/", "projects", "projects/", "projects//calls/c1/recordings/r1", "acme",
    "Projects/globex/calls/c1/recordings/r1", "projects/GLOBEX/calls/c1/recordings/r1",
    "projects/acme/../globex/calls/c1/recordings/r1", "projects/acme%2F..%2Fglobex/calls/c1",
    "projects/./globex/calls/c1/recordings/r1", "//projects/globex/calls/c1/recordings/r1",
    "projects/globex/calls/c1/recordings/r1/", "projects/globex/calls/c1/recordings/r1/x",
    "projects/globex calls/c1/recordings/r1", "projects/*/calls/*/recordings/*",
    "projects/globex\n/calls/c1/recordings/r1", "projects/\u0261lobex/calls/c1/recordings/r1",
    "projects/" + "a" * 4000, "projects/acme\0globex/calls/c1/recordings/r1",
    "projects/-globex/calls/c1/recordings/r1", "projects/globex,acme/calls/c1/recordings/r1",
)  # fmt: skip


@pytest.mark.parametrize("name", MALFORMED, ids=range(len(MALFORMED)))
def test_a_malformed_name_opens_nothing(server: Guarded, route: Route, name: str) -> None:
    """Whatever the doors make of it, it is refused, and not by an accident."""
    outcome = send(server.running, route, name, [server.header()])
    assert outcome.code in {
        "INVALID_ARGUMENT", "PERMISSION_DENIED", "NOT_FOUND", "UNIMPLEMENTED"
    }  # fmt: skip
    if outcome.code == "NOT_FOUND":
        # Not the recording: the address.
        assert b"NO_SUCH_PATH" in bytes(str(outcome.content), "utf-8")


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([], id="none"),
        pytest.param(["Bearer x"], id="a wrong one"),
        pytest.param(["{}", "{}"], id="two good ones"),
        pytest.param(["{}", "Bearer x"], id="a good and a wrong one"),
        pytest.param(["{}, {}"], id="two in one"),
        pytest.param(["Basic eDp5"], id="another scheme"),
    ],
)
def test_without_credentials_nothing_is_told(
    server: Guarded, route: Route, headers: list[str]
) -> None:
    """401, whatever is asked for, with the challenge that HTTP wants."""
    values = [value.replace("{}", server.header()) for value in headers]
    outcomes = {
        send(server.running, route, route.name(*ids), values)
        for ids in (("acme", "c1", "r1"), ("globex", "c1", "r1"), ("absent", "x", "y"))
    }
    [outcome] = outcomes
    assert outcome.code == "UNAUTHENTICATED"
    if route.door == "REST":
        assert outcome.content[0] == 401
        assert ("www-authenticate", "Bearer") in outcome.content[1]  # type: ignore[operator]


def test_nothing_of_another_project_was_touched(server: Guarded) -> None:
    """After all that, in this order of tests, its recording is there as it was."""
    get = next(each for each in _ROUTES if each.method.endswith("/GetRecording"))
    assert ask(server, get, "globex", caller=OTHER).code == "OK"
    assert ask(server, get, "acme").code == "OK"


def test_the_matrix_is_whole() -> None:
    """Each method that is served stands in the table."""
    assert {route.method for route in _ROUTES} <= set(METHODS)
