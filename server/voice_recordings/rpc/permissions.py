"""The permission each method needs, and the request field that says in which project.

A service with a method that is not here is not served where callers are asked
who they are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from google.protobuf.descriptor_pool import Default

from voice_recordings.access.permissions import Permission


@dataclass(frozen=True, slots=True)
class Needed:
    """What a method needs in the project that this field of its request names."""

    permission: Permission
    field: str


_RECORDINGS = "/enfonica.voice.v1beta1.Recordings/"
_RECORDER = "/voicerecordings.recorder.v1.Recorder/"
_WEBHOOKS = "/voicerecordings.recorder.v1.Webhooks/"

METHODS: Mapping[str, Needed] = {
    f"{_RECORDINGS}GetRecording": Needed(Permission.GET, "name"),
    f"{_RECORDINGS}ListRecordings": Needed(Permission.LIST, "parent"),
    f"{_RECORDINGS}DeleteRecording": Needed(Permission.DELETE, "name"),
    f"{_RECORDER}CreateRecording": Needed(Permission.CREATE, "parent"),
    f"{_RECORDER}ImportRecording": Needed(Permission.CREATE, "parent"),
    f"{_RECORDER}WriteAudio": Needed(Permission.WRITE, "name"),
    f"{_RECORDER}FinishRecording": Needed(Permission.WRITE, "name"),
    f"{_RECORDER}PauseRecording": Needed(Permission.WRITE, "name"),
    f"{_RECORDER}ResumeRecording": Needed(Permission.WRITE, "name"),
    f"{_RECORDER}GetSession": Needed(Permission.GET_SESSION, "name"),
    f"{_RECORDER}GetWaveform": Needed(Permission.GET, "name"),
    f"{_RECORDER}GetDownload": Needed(Permission.GET, "name"),
    f"{_WEBHOOKS}ListDeliveries": Needed(Permission.LIST_WEBHOOKS, "parent"),
    f"{_WEBHOOKS}RedeliverWebhook": Needed(Permission.REDELIVER_WEBHOOK, "name"),
    f"{_WEBHOOKS}RedeliverFailedWebhooks": Needed(Permission.REDELIVER_WEBHOOK, "parent"),
}

# Balancers ask for health, and tools for the schema, which is public; neither
# tells anything of a project. An emulator's controls guard nothing.
OPEN = (
    "/grpc.health.v1.Health/",
    "/grpc.reflection.v1alpha.ServerReflection/",
    "/voicerecordings.emulator.v1.Emulator/",
)


def methods_without_permission(services: Iterable[str]) -> list[str]:
    """The methods of these services that are missing from the table."""
    missing = []
    for service in services:
        for method in Default().FindServiceByName(service).methods:
            name = f"/{service}/{method.name}"
            if name not in METHODS and not name.startswith(OPEN):
                missing.append(name)
    return missing
