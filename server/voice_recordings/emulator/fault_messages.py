"""Fault plans as they are asked for, and what cannot be planned."""

from datetime import timedelta

import grpc
from google.rpc import status_pb2

from voice_recordings.emulator.methods import Method, Methods
from voice_recordings.emulator.projects import project_of
from voice_recordings.emulator.simulation_messages import span_of
from voice_recordings.errors import InvalidArgument
from voicerecordings.emulator.v1 import fault_pb2

_LONGEST_DELAY = timedelta(hours=1)
_CODES = {code.value[0] for code in grpc.StatusCode if code is not grpc.StatusCode.OK}


def checked(plan: fault_pb2.Fault, methods: Methods) -> tuple[fault_pb2.Fault, Method, str | None]:
    """The plan with its defaults, what it is about, and whose; raises `InvalidArgument`."""
    if not plan.method:
        raise InvalidArgument.of("fault.method", "is required")
    method = methods.find(plan.method, "fault.method")
    project = project_of(plan.project, "fault.project") if plan.project else None
    _check_door(plan, method)
    span_of(plan.delay, "fault.delay", longest=_LONGEST_DELAY)
    _check_effect(plan)
    whole = fault_pb2.Fault()
    whole.CopyFrom(plan)
    for output in ("name", "matched_count", "fired_count", "pending", "firings"):
        whole.ClearField(output)
    _set_calls(whole)
    return whole, method, project


def _check_door(plan: fault_pb2.Fault, method: Method) -> None:
    field = "fault.door"
    if plan.door not in fault_pb2.Door.values():
        raise InvalidArgument.of(field, f"{plan.door} is not a Door")
    if plan.door == fault_pb2.DOOR_UNSPECIFIED:
        return
    if method.is_download != (plan.door == fault_pb2.MEDIA):
        raise InvalidArgument.of(field, f"{method.name} does not come this way")
    if plan.door == fault_pb2.REST and not method.over_rest:
        raise InvalidArgument.of(field, f"{method.name} is not served over REST")


def _check_effect(plan: fault_pb2.Fault) -> None:
    effect = plan.WhichOneof("effect")
    if effect is None and not plan.HasField("delay"):
        raise InvalidArgument.of("fault.effect", "there must be a delay or an effect")
    if effect == "status":
        _check_status(plan.status)
    if effect == "cut_after_bytes" and plan.cut_after_bytes < 0:
        raise InvalidArgument.of("fault.cut_after_bytes", "is negative")


def _check_status(status: status_pb2.Status) -> None:
    if status.code not in _CODES:
        raise InvalidArgument.of("fault.status.code", f"{status.code} is not a code of failure")


def _set_calls(plan: fault_pb2.Fault) -> None:
    when = plan.WhichOneof("when")
    if when == "always" and not plan.always:
        raise InvalidArgument.of("fault.always", "can only be true")
    if when == "chance" and not 0 < plan.chance.probability <= 1:
        raise InvalidArgument.of("fault.chance.probability", "must be above 0 and at most 1")
    if when in (None, "calls"):
        for name in ("first", "count"):
            if getattr(plan.calls, name) < 0:
                raise InvalidArgument.of(f"fault.calls.{name}", "is negative")
        plan.calls.first = plan.calls.first or 1
        plan.calls.count = plan.calls.count or 1
