"""The public API is what its publisher documents, to the tag.

The expectations are written out from the contract, not made from our files.
"""

from typing import Any

import pytest
from google.api import annotations_pb2, client_pb2, field_behavior_pb2, resource_pb2
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from enfonica.voice.v1beta1 import call_recording_config_pb2, recordings_pb2

FILES = {
    "CallRecordingConfigProto": call_recording_config_pb2.DESCRIPTOR,
    "RecordingsProto": recordings_pb2.DESCRIPTOR,
}
PACKAGE = "enfonica.voice.v1beta1"

FIELDS = {
    "Recording": [
        ("name", 1, "string", "", "none"),
        ("state", 3, f"{PACKAGE}.Recording.State", "", "OUTPUT_ONLY"),
        ("source", 4, f"{PACKAGE}.Recording.Source", "", "none"),
        ("duration", 5, "google.protobuf.Duration", "", "OUTPUT_ONLY"),
        ("channel_count", 6, "int32", "", "OUTPUT_ONLY"),
        ("post_processing", 7, f"{PACKAGE}.PostProcessing", "repeated", "none"),
        ("error_code", 8, f"{PACKAGE}.Recording.ErrorCode", "", "OUTPUT_ONLY"),
        ("audio", 9, f"{PACKAGE}.RecordingAudio", "repeated", "OUTPUT_ONLY"),
        ("start_time", 10, "google.protobuf.Timestamp", "", "OUTPUT_ONLY"),
        ("create_time", 11, "google.protobuf.Timestamp", "", "OUTPUT_ONLY"),
        ("ready_uri", 12, "string", "", "none"),
    ],
    "RecordingAudio": [
        ("mime_type", 1, "string", "", "none"),
        ("encoding", 2, f"{PACKAGE}.RecordingAudio.AudioEncoding", "", "none"),
        ("sample_rate", 3, "int32", "", "none"),
        ("size_bytes", 4, "int32", "", "none"),
        ("uri", 5, "string", "", "none"),
    ],
    "GetRecordingRequest": [
        ("name", 1, "string", "", "REQUIRED"),
        ("view", 2, f"{PACKAGE}.RecordingView", "", "none"),
    ],
    "ListRecordingsRequest": [
        ("parent", 1, "string", "", "REQUIRED"),
        ("page_size", 2, "int32", "", "none"),
        ("page_token", 3, "string", "", "none"),
        ("view", 4, f"{PACKAGE}.RecordingView", "", "none"),
    ],
    "ListRecordingsResponse": [
        ("recordings", 1, f"{PACKAGE}.Recording", "repeated", "none"),
        ("next_page_token", 2, "string", "", "none"),
    ],
    "DeleteRecordingRequest": [("name", 1, "string", "", "REQUIRED")],
    "CallRecordingConfig": [
        ("trigger", 1, f"{PACKAGE}.CallRecordingConfig.CallRecordingTrigger", "", "none"),
        ("post_processing", 2, f"{PACKAGE}.PostProcessing", "repeated", "none"),
        ("recording_ready_uri", 3, "string", "", "none"),
        ("transcribe", 4, f"{PACKAGE}.TranscribeOption", "", "none"),
        ("transcription_ready_uri", 5, "string", "", "none"),
    ],
}

ENUMS = {
    "Recording.Source": {"SOURCE_UNSPECIFIED": 0, "RECORD_ACTION": 1, "CALL_RECORDING": 2},
    "Recording.State": {
        "STATE_UNSPECIFIED": 0, "PENDING": 1, "SUCCEEDED": 2, "EMPTY": 3, "FAILED": 4,
    },
    "Recording.ErrorCode": {"ERROR_CODE_UNSPECIFIED": 0, "TIMEOUT": 1, "INTERNAL_ERROR": 2},
    "RecordingAudio.AudioEncoding": {
        "AUDIO_ENCODING_UNSPECIFIED": 0, "AUDIO_ENCODING_PCM_16BIT": 1, "AUDIO_ENCODING_MP3": 2,
    },
    "RecordingView": {"RECORDING_VIEW_UNSPECIFIED": 0, "BASIC": 1, "FULL": 2},
    "PostProcessing": {"POST_PROCESSING_UNSPECIFIED": 0, "TRIM_SILENCE": 1},
    "TranscribeOption": {"TRANSCRIBE_OPTION_UNSPECIFIED": 0, "DISABLED": 1, "DEFAULT": 2},
    "CallRecordingConfig.CallRecordingTrigger": {
        "CALL_RECORDING_TRIGGER_UNSPECIFIED": 0, "DISABLED": 1, "ANSWER": 2, "BRIDGE": 3,
    },
}  # fmt: skip

METHODS = {
    "GetRecording": (
        "GetRecordingRequest", "Recording", "name",
        [("get", "/v1beta1/{name=projects/*/calls/*/recordings/*}")],
    ),
    "ListRecordings": (
        "ListRecordingsRequest", "ListRecordingsResponse", "parent",
        [
            ("get", "/v1beta1/{parent=projects/*/calls/*}/recordings"),
            ("get", "/v1beta1/{parent=projects/*}/recordings"),
        ],
    ),
    "DeleteRecording": (
        "DeleteRecordingRequest", "Recording", "name",
        [("delete", "/v1beta1/{name=projects/*/calls/*/recordings/*}")],
    ),
}  # fmt: skip


def found(name: str) -> Any:
    """A message or an enum, by its name within the package."""
    first, *rest = name.split(".")
    for file in FILES.values():
        thing: Any = file.message_types_by_name.get(first) or file.enum_types_by_name.get(first)
        if thing is not None:
            for part in rest:
                thing = thing.enum_types_by_name[part]
            return thing
    raise AssertionError(name)


def type_name(field: FieldDescriptor) -> str:
    """The type of a field as a .proto file writes it."""
    if field.message_type is not None:
        return str(field.message_type.full_name)
    if field.enum_type is not None:
        return str(field.enum_type.full_name)
    return {FieldDescriptor.TYPE_STRING: "string", FieldDescriptor.TYPE_INT32: "int32"}[field.type]


def behaviour(field: FieldDescriptor) -> str:
    """The field's google.api.field_behavior."""
    values = field.GetOptions().Extensions[field_behavior_pb2.field_behavior]
    return field_behavior_pb2.FieldBehavior.Name(values[0]) if values else "none"


@pytest.mark.parametrize("outer_class", FILES)
def test_the_files_have_the_publishers_options(outer_class: str) -> None:
    """Generated code of every language lands where the publisher's does."""
    file = FILES[outer_class]
    options = file.GetOptions()
    assert file.package == PACKAGE
    assert options.cc_enable_arenas
    assert options.java_multiple_files
    assert options.csharp_namespace == "Enfonica.Voice.V1Beta1"
    assert options.go_package == "github.com/enfonica/enfonica-go/voice/v1beta1;voice"
    assert options.java_outer_classname == outer_class
    assert options.java_package == "com.enfonica.voice.v1beta1"
    assert options.objc_class_prefix == "ENFON"


def test_the_files_hold_nothing_else() -> None:
    """No message, enum, method or nested type more than the contract has."""
    messages: list[Descriptor] = []
    enums: list[EnumDescriptor] = []
    for file in FILES.values():
        messages += file.message_types_by_name.values()
        enums += file.enum_types_by_name.values()
    assert {message.name for message in messages} == set(FIELDS)
    nested = [enum for message in messages for enum in message.enum_types]
    prefix = PACKAGE + "."
    assert {enum.full_name.removeprefix(prefix) for enum in enums + nested} == set(ENUMS)
    assert not any(message.nested_types for message in messages)


@pytest.mark.parametrize("name", FIELDS)
def test_a_message_has_the_publishers_fields(name: str) -> None:
    """Name, tag, type, label and behaviour."""
    fields = [
        (
            field.name,
            field.number,
            type_name(field),
            "repeated" if field.is_repeated else "",
            behaviour(field),
        )
        for field in found(name).fields
    ]
    assert fields == FIELDS[name]


@pytest.mark.parametrize("name", ENUMS)
def test_an_enum_has_the_publishers_values(name: str) -> None:
    """Name and number."""
    assert {value.name: value.number for value in found(name).values} == ENUMS[name]


def test_the_service_is_the_publishers() -> None:
    """Its host, scope, methods, HTTP rules and signatures."""
    service = recordings_pb2.DESCRIPTOR.services_by_name["Recordings"]
    options = service.GetOptions().Extensions
    assert options[client_pb2.default_host] == "voice.api.enfonica.com"
    assert options[client_pb2.oauth_scopes] == "https://api.enfonica.com/auth/voice"
    assert set(service.methods_by_name) == set(METHODS)
    for name, (takes, gives, signature, rules) in METHODS.items():
        method = service.methods_by_name[name]
        assert (method.input_type.name, method.output_type.name) == (takes, gives)
        assert not method.client_streaming
        assert not method.server_streaming
        extensions = method.GetOptions().Extensions
        assert list(extensions[client_pb2.method_signature]) == [signature]
        rule = extensions[annotations_pb2.http]
        bindings = [rule, *rule.additional_bindings]
        assert [
            (binding.WhichOneof("pattern"), getattr(binding, binding.WhichOneof("pattern")))
            for binding in bindings
        ] == rules
        assert not any(binding.body for binding in bindings)


def test_a_recording_is_a_resource() -> None:
    """Its type and pattern, and the references to it."""
    resource = found("Recording").GetOptions().Extensions[resource_pb2.resource]
    assert resource.type == "voice.api.enfonica.com/Recording"
    assert list(resource.pattern) == ["projects/{project}/calls/{call}/recordings/{recording}"]
    references = {
        ("GetRecordingRequest", "name"): ("voice.api.enfonica.com/Recording", ""),
        ("DeleteRecordingRequest", "name"): ("voice.api.enfonica.com/Recording", ""),
        ("ListRecordingsRequest", "parent"): ("", "voice.api.enfonica.com/Recording"),
    }
    for (message, field), expected in references.items():
        options = found(message).fields_by_name[field].GetOptions()
        reference = options.Extensions[resource_pb2.resource_reference]
        assert (reference.type, reference.child_type) == expected
