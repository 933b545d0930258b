from enfonica.voice.v1beta1 import recordings_pb2 as _recordings_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import client_pb2 as _client_pb2
from google.protobuf import empty_pb2 as _empty_pb2
from voicerecordings.emulator.v1 import clock_pb2 as _clock_pb2
from voicerecordings.emulator.v1 import fault_pb2 as _fault_pb2
from voicerecordings.emulator.v1 import request_log_pb2 as _request_log_pb2
from voicerecordings.emulator.v1 import simulation_pb2 as _simulation_pb2
from voicerecordings.emulator.v1 import state_pb2 as _state_pb2
from voicerecordings.emulator.v1 import webhook_attempt_pb2 as _webhook_attempt_pb2
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor
