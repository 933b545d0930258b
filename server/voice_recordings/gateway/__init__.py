"""REST from `google.api.http` annotations, for any Python gRPC servicer."""

from voice_recordings.gateway.bindings import RuleError
from voice_recordings.gateway.cors import Cors
from voice_recordings.gateway.descriptors import DescriptorError
from voice_recordings.gateway.gateway import Gateway
from voice_recordings.gateway.limits import Limits
from voice_recordings.gateway.openapi import Description, document

__all__ = ["Cors", "Description", "DescriptorError", "Gateway", "Limits", "RuleError", "document"]
