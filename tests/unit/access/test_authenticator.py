"""Who is calling."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest

from support.accounts import KEY_ID, OWN, assertion, policy
from voice_recordings.access.access_tokens import LIFETIME, AccessTokens
from voice_recordings.access.authenticator import Authenticator, service_audiences
from voice_recordings.access.keys import Keyring
from voice_recordings.access.policy import Policy
from voice_recordings.clock import ManualClock
from voice_recordings.errors import CredentialsExpired, CredentialsMissing, Unauthenticated

URL = "https://recordings.example"
STATIC = "vrt_" + "a" * 43
TOKEN_TABLE = f"""
[service_accounts."{OWN}".tokens.ci]
sha256 = "{hashlib.sha256(STATIC.encode()).hexdigest()}"
expires = 2030-01-01T02:00:00Z
"""


class Setting:
    """An authenticator with all it is asked about."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.keyring = Keyring(b"s" * 32)
        self.tokens = AccessTokens(self.keyring)
        self.policy = policy(more=TOKEN_TABLE)
        self.asked = Authenticator(
            self.tokens, lambda: self.policy, service_audiences(URL), self.clock
        )

    def access_token(self, email: str = OWN, key_id: str = KEY_ID) -> str:
        """A good one."""
        return self.tokens.issue(email, key_id, self.clock.now())

    def self_signed(self, **claims: str) -> str:
        """A JWT for the service itself."""
        return assertion(self.clock.now(), claims={"aud": f"{URL}/", **claims})


PROOFS: dict[str, tuple[Callable[[Setting], str], timedelta]] = {
    "an access token": (lambda setting: setting.access_token(), LIFETIME),
    "a self-signed JWT": (lambda setting: setting.self_signed(), timedelta(hours=1)),
    "a static token": (lambda _: STATIC, timedelta(hours=2)),
}


@pytest.mark.parametrize("name", PROOFS)
async def test_a_proof_is_good_until_it_ends(name: str) -> None:
    """Seen before or not, to the end of its life and not beyond."""
    make, lifetime = PROOFS[name]
    setting = Setting()
    header = f"Bearer {make(setting)}"
    assert setting.asked.authenticate([header]).email == OWN
    await setting.clock.advance(lifetime - timedelta(milliseconds=1))
    assert setting.asked.authenticate([header]).email == OWN
    await setting.clock.advance(timedelta(milliseconds=1))
    for _ in range(2):
        with pytest.raises(CredentialsExpired):
            setting.asked.authenticate([header])


@pytest.mark.parametrize("name", PROOFS)
def test_a_change_of_policy_counts_at_once(name: str) -> None:
    """A proof that was remembered is asked about again."""
    setting = Setting()
    header = f"Bearer {PROOFS[name][0](setting)}"
    setting.asked.authenticate([header])
    setting.policy = Policy({}, {})
    with pytest.raises(Unauthenticated):
        setting.asked.authenticate([header])


def test_a_key_taken_away_takes_its_tokens_along() -> None:
    """An access token is good as long as the key it was asked for with."""
    setting = Setting()
    with pytest.raises(Unauthenticated):
        setting.asked.authenticate([f"Bearer {setting.access_token(key_id='key-0')}"])


def test_a_secret_taken_away_takes_its_tokens_along() -> None:
    """Also those that were remembered."""
    setting = Setting()
    header = f"Bearer {setting.access_token()}"
    setting.asked.authenticate([header])
    setting.keyring.rotate(b"n" * 32)
    setting.asked.forget()
    with pytest.raises(Unauthenticated):
        setting.asked.authenticate([header])


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer  "])
def test_the_scheme_is_read_in_any_case(scheme: str) -> None:
    """RFC 9110 §11.1."""
    assert Setting().asked.authenticate([f"{scheme} {STATIC}"]).email == OWN


def test_none_is_told_apart_from_a_wrong_one() -> None:
    """A client that sent nothing learns what is missing."""
    with pytest.raises(CredentialsMissing):
        Setting().asked.authenticate([])


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([""], id="empty"),
        pytest.param(["Bearer"], id="no token"),
        pytest.param(["Bearer "], id="an empty token"),
        pytest.param([STATIC], id="no scheme"),
        pytest.param([f"Basic {STATIC}"], id="another scheme"),
        pytest.param([f"Bearer {STATIC}", f"Bearer {STATIC}"], id="two headers"),
        pytest.param([f"Bearer {STATIC}, Bearer {STATIC}"], id="two in one header"),
        pytest.param([f"Bearer {STATIC} x"], id="more after it"),
        pytest.param([f" Bearer {STATIC}"], id="a space before"),
        pytest.param([f"Bearer\t{STATIC}"], id="a tab"),
        pytest.param([f"Bearer {STATIC}\n"], id="a line end"),
        pytest.param([f"Bearer {STATIC}".encode()], id="bytes"),
        pytest.param([f"Bearer {STATIC[:-1]}"], id="truncated"),
        pytest.param([f"Bearer {hashlib.sha256(STATIC.encode()).hexdigest()}"], id="its hash"),
        pytest.param(["Bearer " + "a" * 1024 * 1024], id="a megabyte"),
        pytest.param(["Bearer \u0661"], id="not ASCII"),
        pytest.param([assertion(ManualClock().now())], id="a JWT without scheme"),
        pytest.param([f"Bearer {assertion(ManualClock().now())}"], id="a JWT for /token"),
        pytest.param(["Bearer eyJ.eyJ.x"], id="no JWT"),
        pytest.param(["Bearer vr1.00000000.W10.x"], id="no access token"),
    ],
)
def test_what_proves_nothing_is_refused(headers: list[str | bytes]) -> None:
    """With one kind of error, and nothing of what was sent in it."""
    with pytest.raises(Unauthenticated) as refused:
        Setting().asked.authenticate(headers)
    assert not isinstance(refused.value, CredentialsMissing)
    assert STATIC not in refused.value.message


def test_what_is_remembered_is_bounded() -> None:
    """Old proofs make room, and are still good."""
    setting = Setting()
    first = f"Bearer {setting.access_token()}"
    setting.asked.authenticate([first])
    for spaces in range(1, 5000):
        setting.asked.authenticate([f"Bearer{' ' * spaces}{STATIC}"])
    assert len(setting.asked._remembered) <= 4096
    setting.asked.authenticate([first])


@pytest.mark.parametrize("path", ["", "/", "/enfonica.voice.v1beta1.Recordings"])
def test_a_self_signed_jwt_may_name_the_service_in_these_ways(path: str) -> None:
    """As Google's libraries do."""
    setting = Setting()
    caller = setting.asked.authenticate([f"Bearer {setting.self_signed(aud=URL + path)}"])
    assert caller.email == OWN
    with pytest.raises(Unauthenticated):
        setting.asked.authenticate([f"Bearer {setting.self_signed(aud=URL + path + 'x')}"])
