"""The projects file: what it may say."""

import pytest

from support.accounts import KEY_ID, OTHER, OWN, projects_toml
from support.jwts import key_pair
from voice_recordings.access.permissions import Permission
from voice_recordings.access.projects_file import read_projects
from voice_recordings.access.rsa import load_public_key
from voice_recordings.errors import ProjectsFileInvalid

SMALL_KEY = """-----BEGIN PUBLIC KEY-----
MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALKZD0nEffqM1ACuak0bijtqE2QrI/KL
ADv7l3kK3ppMyCuLKoF0fd7Ai2KW5ToIwzFofvJcS/STa6HA5gQenRUCAwEAAQ==
-----END PUBLIC KEY-----"""
EC_KEY = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9
q9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==
-----END PUBLIC KEY-----"""


def test_roles_give_their_permissions_in_their_project_alone() -> None:
    """A viewer of one project is nobody in the other."""
    policy = read_projects(projects_toml(role="roles/voice.viewer"))
    allowed = {each for each in Permission if policy.allows(OWN, each, "acme")}
    assert allowed == {Permission.GET, Permission.LIST}
    for project in ("globex", "absent", "", "ACME"):
        assert not any(policy.allows(OWN, each, project) for each in Permission)


@pytest.mark.parametrize(
    ("role", "permissions"),
    [
        ("roles/voice.viewer", {"voice.recordings.get", "voice.recordings.list"}),
        (
            "roles/voice.editor",
            {"voice.recordings.get", "voice.recordings.list", "voice.recordings.delete"},
        ),
        ("roles/voice.recorder", {"voice.recordings.create", "voice.recordings.write"}),
        ("roles/voice.admin", {each.value for each in Permission}),
    ],
)
def test_the_roles_are_the_contracts(role: str, permissions: set[str]) -> None:
    """Each role, and no more than it."""
    policy = read_projects(projects_toml(role=role))
    assert {each.value for each in Permission if policy.allows(OWN, each, "acme")} == permissions


def test_a_project_may_have_roles_of_its_own() -> None:
    """They add up with the others."""
    policy = read_projects(f"""
[projects.acme.roles]
auditor = ["voice.sessions.get"]
[projects.acme.bindings]
auditor = ["{OWN}"]
"roles/voice.viewer" = ["{OWN}"]
[service_accounts."{OWN}"]
project = "acme"
""")
    allowed = {each for each in Permission if policy.allows(OWN, each, "acme")}
    assert allowed == {Permission.GET, Permission.LIST, Permission.GET_SESSION}


def test_a_disabled_account_holds_nothing() -> None:
    """Its bindings stay in the file, for when it is enabled again."""
    text = projects_toml().replace('project = "acme"', 'project = "acme"\ndisabled = true')
    policy = read_projects(text)
    assert not any(policy.allows(OWN, each, "acme") for each in Permission)
    assert policy.allows(OTHER, Permission.GET, "globex")


def test_an_account_may_be_granted_roles_elsewhere() -> None:
    """It belongs to one project and may work in several."""
    text = projects_toml().replace(f'= ["{OTHER}"]', f'= ["{OTHER}", "{OWN}"]')
    assert read_projects(text).allows(OWN, Permission.DELETE, "globex")


def test_an_empty_file_holds_no_projects() -> None:
    """And nobody may do anything."""
    assert not read_projects("").projects


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(("[projects.acme", "[[projects.acme"), "not TOML", id="not TOML"),
        pytest.param(("", "x = " + "[" * 5000), "not TOML", id="too deep"),
        pytest.param(("", "color = 1"), "color", id="an unknown key"),
        pytest.param(("", "[projects.acme.bindings]"), "not TOML", id="a table twice"),
        pytest.param(("acme", "A"), "projects.A", id="a name that is none"),
        pytest.param(("roles/voice.admin", "roles/voice.root"), "no such role", id="unknown role"),
        pytest.param((f'= ["{OWN}"]', '= ["x@y"]'), "'x@y'", id="a member nobody knows"),
        pytest.param((f'= ["{OWN}"]', f'= "{OWN}"'), "list of strings", id="no list"),
        pytest.param((f'= ["{OWN}"]', "= [1]"), "list of strings", id="numbers"),
        pytest.param(('project = "acme"', ""), "must be a project", id="no project"),
        pytest.param(
            ('project = "acme"', 'project = "x"'), "must be a project", id="unknown project"
        ),
        pytest.param(
            ('project = "acme"', "project = 7"), "must be a project", id="project a number"
        ),
        pytest.param(
            ('project = "acme"', 'project = "acme"\ndisabled = "no"'),
            "true or false",
            id="disabled a text",
        ),
        pytest.param(
            ('project = "acme"', 'project = "acme"\nrole = "x"'),
            "role: is not a key",
            id="a key misplaced",
        ),
        pytest.param((f'"{KEY_ID}" =', '"../x" ='), "not a key id", id="a bad key id"),
        pytest.param((key_pair(0).public, "x"), "not a public key", id="no key"),
        pytest.param(
            (key_pair(0).public, key_pair(0).private), "not a public key", id="the private key"
        ),
        pytest.param((key_pair(0).public, SMALL_KEY), "512 bits", id="a key too small"),
        pytest.param((key_pair(0).public, EC_KEY), "not an RSA key", id="an elliptic key"),
        pytest.param(
            ("", f'[service_accounts."{OWN}".tokens.a]\nsha256 = "zz"'),
            "64 hex",
            id="a hash that is none",
        ),
        pytest.param(
            ("", f'[service_accounts."{OWN}".tokens.a]\nsha256 = "{"0" * 64}"\nexpires = 1'),
            "date and time",
            id="an expiry that is none",
        ),
        pytest.param(
            (
                "",
                "".join(
                    f'[service_accounts."{OWN}".tokens.{name}]\nsha256 = "{"0" * 64}"\n'
                    for name in "ab"
                ),
            ),
            "twice",
            id="one token twice",
        ),
        pytest.param(("", '[service_accounts.x]\nproject = "acme"'), "not an email", id="no email"),
        pytest.param(
            ("", '[projects.acme.roles]\nauditor = ["voice.recordings.gte"]'),
            "voice.recordings.gte",
            id="an unknown permission",
        ),
        pytest.param(
            ("", '[projects.acme.roles]\n"roles/voice.viewer" = []'),
            "not a name for a role",
            id="a role redefined",
        ),
    ],
)
def test_what_is_wrong_is_told_by_its_place(change: tuple[str, str], told: str) -> None:
    """An error in a file that guards people's voices is never passed over."""
    old, new = change
    text = projects_toml().replace(old, new) if old else projects_toml(more=new)
    assert text != projects_toml()
    with pytest.raises(ProjectsFileInvalid, match=told):
        read_projects(text, load_public_key)


def test_all_that_is_wrong_is_told_at_once() -> None:
    """Up to ten places, and how many more."""
    text = "".join(f"[projects.p{n:03}]\nx = 1\n" for n in range(12))
    with pytest.raises(ProjectsFileInvalid, match=r"(?s)p000\.x.*p009\.x.*and 2 more"):
        read_projects(text)
