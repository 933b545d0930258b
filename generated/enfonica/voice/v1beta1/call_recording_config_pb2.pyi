from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PostProcessing(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    POST_PROCESSING_UNSPECIFIED: _ClassVar[PostProcessing]
    TRIM_SILENCE: _ClassVar[PostProcessing]

class TranscribeOption(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TRANSCRIBE_OPTION_UNSPECIFIED: _ClassVar[TranscribeOption]
    DISABLED: _ClassVar[TranscribeOption]
    DEFAULT: _ClassVar[TranscribeOption]
POST_PROCESSING_UNSPECIFIED: PostProcessing
TRIM_SILENCE: PostProcessing
TRANSCRIBE_OPTION_UNSPECIFIED: TranscribeOption
DISABLED: TranscribeOption
DEFAULT: TranscribeOption

class CallRecordingConfig(_message.Message):
    __slots__ = ("trigger", "post_processing", "recording_ready_uri", "transcribe", "transcription_ready_uri")
    class CallRecordingTrigger(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CALL_RECORDING_TRIGGER_UNSPECIFIED: _ClassVar[CallRecordingConfig.CallRecordingTrigger]
        DISABLED: _ClassVar[CallRecordingConfig.CallRecordingTrigger]
        ANSWER: _ClassVar[CallRecordingConfig.CallRecordingTrigger]
        BRIDGE: _ClassVar[CallRecordingConfig.CallRecordingTrigger]
    CALL_RECORDING_TRIGGER_UNSPECIFIED: CallRecordingConfig.CallRecordingTrigger
    DISABLED: CallRecordingConfig.CallRecordingTrigger
    ANSWER: CallRecordingConfig.CallRecordingTrigger
    BRIDGE: CallRecordingConfig.CallRecordingTrigger
    TRIGGER_FIELD_NUMBER: _ClassVar[int]
    POST_PROCESSING_FIELD_NUMBER: _ClassVar[int]
    RECORDING_READY_URI_FIELD_NUMBER: _ClassVar[int]
    TRANSCRIBE_FIELD_NUMBER: _ClassVar[int]
    TRANSCRIPTION_READY_URI_FIELD_NUMBER: _ClassVar[int]
    trigger: CallRecordingConfig.CallRecordingTrigger
    post_processing: _containers.RepeatedScalarFieldContainer[PostProcessing]
    recording_ready_uri: str
    transcribe: TranscribeOption
    transcription_ready_uri: str
    def __init__(self, trigger: _Optional[_Union[CallRecordingConfig.CallRecordingTrigger, str]] = ..., post_processing: _Optional[_Iterable[_Union[PostProcessing, str]]] = ..., recording_ready_uri: _Optional[str] = ..., transcribe: _Optional[_Union[TranscribeOption, str]] = ..., transcription_ready_uri: _Optional[str] = ...) -> None: ...
