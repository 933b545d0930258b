"""HTTP rules compiled against the methods they annotate."""

from collections.abc import Iterator, Sequence
from typing import Any

from google.api import annotations_pb2, http_pb2
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message

from voice_recordings.gateway import scalars
from voice_recordings.gateway.errors import Violation
from voice_recordings.gateway.fields import FieldPath, FieldPathError, resolve
from voice_recordings.gateway.limits import Limits
from voice_recordings.gateway.methods import Method
from voice_recordings.gateway.paths import Path, capture
from voice_recordings.gateway.query import QueryBinder, refusal
from voice_recordings.gateway.template import Template, TemplateError, Variable, parse

HTTP_BODY = "google.api.HttpBody"
EVERYTHING = "*"


class RuleError(ValueError):
    """An HTTP rule does not fit the method it annotates."""


class Binding:
    """One HTTP rule of a method: where each field of a request comes from."""

    def __init__(
        self,
        method: Method,
        descriptor: MethodDescriptor,
        rule: http_pb2.HttpRule,
        limits: Limits,
    ) -> None:
        """Raises RuleError or TemplateError if the rule cannot be meant."""
        if method.client_streaming and method.server_streaming:
            raise RuleError("a bidirectional method cannot be called over HTTP/1.1 JSON")
        self.method = method
        self.http_method, text = pattern(rule)
        self.template: Template = parse(text)
        request, response = descriptor.input_type, descriptor.output_type
        self.variables = [
            _bound(variable, resolve(request, variable.path, json_names=False))
            for variable in self.template.variables
        ]
        self.body: FieldDescriptor | str | None = _body(request, rule.body)
        if self.body is not None and self.http_method in {"GET", "HEAD"}:
            raise RuleError(f"{self.http_method} has no body, but the rule says {rule.body!r}")
        self.response_body = _top_level(response, rule.response_body, "response_body")
        self.query = QueryBinder(
            request,
            path_fields=[path for path, _, _ in self.variables],
            body=rule.body,
            limits=limits,
        )
        body_type = request if self.body == EVERYTHING else getattr(self.body, "message_type", None)
        self.raw_request = body_type is not None and body_type.full_name == HTTP_BODY
        answer = self.response_body.message_type if self.response_body else response
        self.raw_response = (
            answer is not None
            and answer.full_name == HTTP_BODY
            and not (self.response_body and self.response_body.is_repeated)
        )

    def set_path_fields(self, message: Message, path: Path) -> None:
        """Sets the template's variables; raises GatewayError (400) with every violation."""
        violations = []
        length = len(path.raw)
        for field, parse_value, variable in self.variables:
            start = self.template.place(variable.start, length)
            end = self.template.place(variable.end, length)
            try:
                value = capture(path, start, end, multi=variable.multi)
                field.assign(message, parse_value(value))
            except ValueError as error:
                violations.append(Violation(variable.name, str(error)))
        if violations:
            raise refusal(violations)

    def body_message(self, message: Message) -> Any:
        """The part of a request that the body fills."""
        if isinstance(self.body, FieldDescriptor):
            return getattr(message, self.body.name)
        return message


def pattern(rule: http_pb2.HttpRule) -> tuple[str, str]:
    """The HTTP method and the template of a rule."""
    kind = rule.WhichOneof("pattern")
    if kind is None:
        raise RuleError("the rule has no pattern")
    if kind == "custom":
        if not rule.custom.kind:
            raise RuleError("the custom pattern names no method")
        return rule.custom.kind, rule.custom.path
    return kind.upper(), getattr(rule, kind)


def rules(descriptor: MethodDescriptor) -> Iterator[http_pb2.HttpRule]:
    """The rule a method is annotated with, and its additional bindings."""
    rule = http_rule(descriptor)
    if rule is None:
        return
    yield rule
    for additional in rule.additional_bindings:
        if additional.additional_bindings:
            raise RuleError("additional_bindings may not nest")
        yield additional


def http_rule(descriptor: MethodDescriptor) -> http_pb2.HttpRule | None:
    """The google.api.http annotation of a method."""
    options = descriptor.GetOptions()
    if options.HasExtension(annotations_pb2.http):
        return options.Extensions[annotations_pb2.http]
    return None


def bindings(method: Method, descriptor: MethodDescriptor, limits: Limits) -> Sequence[Binding]:
    """Every binding of a method; raises RuleError naming the method and the rule."""
    compiled = []
    for rule in rules(descriptor):
        try:
            compiled.append(Binding(method, descriptor, rule, limits))
        except (RuleError, TemplateError, FieldPathError) as error:
            raise RuleError(f"{descriptor.full_name}: {error}") from error
    return compiled


def _bound(variable: Variable, path: FieldPath) -> tuple[FieldPath, scalars.Parser, Variable]:
    """A variable with its field's parser; the field is one scalar."""
    leaf = path.leaf
    parse_value = scalars.parser(leaf)
    if leaf.is_repeated or leaf.message_type is not None or parse_value is None:
        raise RuleError(f"{variable.name!r} is repeated, a map or a message; no path holds one")
    return path, parse_value, variable


def _body(request: Any, name: str) -> FieldDescriptor | str | None:
    if name == EVERYTHING:
        return EVERYTHING
    return _top_level(request, name, "body")


def _top_level(message: Any, name: str, option: str) -> FieldDescriptor | None:
    if not name:
        return None
    field: FieldDescriptor | None = message.fields_by_name.get(name)
    if field is None:
        raise RuleError(f"{option}: {message.full_name} has no field {name!r}")
    return field
