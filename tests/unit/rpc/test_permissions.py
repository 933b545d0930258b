"""The permission each method needs."""

import importlib
import re
from pathlib import Path

import pytest
from google.protobuf.descriptor_pool import Default

from support.accounts import policy
from voice_recordings.access.access_tokens import AccessTokens
from voice_recordings.access.authenticator import Authenticator
from voice_recordings.access.keys import Keyring
from voice_recordings.clock import ManualClock
from voice_recordings.rpc.access_interceptor import AccessInterceptor
from voice_recordings.rpc.permissions import METHODS, methods_without_permission

GENERATED = Path(__file__).parents[3] / "generated"
# The emulator's controls are no part of the service, and not served with it to strangers.
_OUTSIDE = ("voicerecordings.emulator.",)


def services() -> list[str]:
    """Every service of the contract, from the code generated for it."""
    found = []
    for file in sorted(GENERATED.rglob("*_pb2.py")):
        module = importlib.import_module(
            ".".join(file.relative_to(GENERATED).with_suffix("").parts)
        )
        found += [service.full_name for service in module.DESCRIPTOR.services_by_name.values()]
    return [name for name in found if not name.startswith(_OUTSIDE)]


def test_every_method_has_its_permission() -> None:
    """Add a new method to rpc/permissions.py; there is no entry for what is not there."""
    assert methods_without_permission(services()) == []
    methods = {
        f"/{service}/{method.name}"
        for service in services()
        for method in Default().FindServiceByName(service).methods
    }
    assert set(METHODS) == methods


def test_every_entry_names_a_field_of_the_request() -> None:
    """One that holds a name under projects/, as the proto says it does."""
    for method, needed in METHODS.items():
        service, _, name = method[1:].rpartition("/")
        request = Default().FindServiceByName(service).methods_by_name[name].input_type
        assert re.fullmatch("name|parent", needed.field)
        assert (
            request.fields_by_name[needed.field].type
            == request.fields_by_name[needed.field].TYPE_STRING
        )


def test_a_service_with_a_method_without_permission_is_not_served() -> None:
    """The server does not start; nobody finds out in production."""
    clock = ManualClock()
    asked = Authenticator(AccessTokens(Keyring(b"s" * 32)), policy, (), clock)
    importlib.import_module("google.longrunning.operations_pb2")
    with pytest.raises(LookupError, match=r"longrunning\.Operations/ListOperations"):
        AccessInterceptor(asked, policy, ["google.longrunning.Operations"])
