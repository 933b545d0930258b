"""Spans kept by OpenTelemetry; imported only where they are asked for.

Parents are always taken from an `Origin` and never from OpenTelemetry's ambient
context: a recording's next span may begin in another task, another process, or
after a crash.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import entry_points

from opentelemetry.context import Context
from opentelemetry.sdk.resources import (
    SERVICE_NAME,
    SERVICE_VERSION,
    OTELResourceDetector,
    Resource,
)
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Span as OtelSpan
from opentelemetry.trace import SpanKind, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from voice_recordings.telemetry.origin import Origin
from voice_recordings.telemetry.tracing import Attributes, Kind, Span

_NAME = "voice-recordings"
_KINDS = {
    Kind.SERVER: SpanKind.SERVER,
    Kind.INTERNAL: SpanKind.INTERNAL,
    Kind.CLIENT: SpanKind.CLIENT,
}
# The endpoint and the rest are read by the exporters themselves.
_PROTOCOLS = {"grpc": "otlp_proto_grpc", "http/protobuf": "otlp_proto_http"}
_propagator = TraceContextTextMapPropagator()


class OtelTracing:
    """A `Tracing` over the SDK, which reads sampling, limits and batching from OTEL_*."""

    def __init__(self, processors: list[SpanProcessor], version: str) -> None:
        """`processors` are given every span that is sampled."""
        resource = Resource.create({SERVICE_NAME: _NAME, SERVICE_VERSION: version})
        # Again, on top: OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES beat our own names.
        resource = resource.merge(OTELResourceDetector().detect())
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        for processor in processors:
            self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("voice_recordings", version)

    @contextmanager
    def span(self, name: str, kind: Kind, origin: Origin, attributes: Attributes) -> Iterator[Span]:
        """A span; see `Tracing.span`."""
        carrier = {"traceparent": origin.traceparent, "tracestate": origin.tracestate}
        parent = _propagator.extract(carrier, context=Context())
        span = self._tracer.start_span(name, parent, _KINDS[kind], attributes)
        try:
            yield _Span(span, origin)
        finally:
            span.end()

    def close(self) -> None:
        """Hands over what has not been yet."""
        self._provider.shutdown()


class _Span:
    """A `Span` that OpenTelemetry keeps."""

    def __init__(self, span: OtelSpan, origin: Origin) -> None:
        self._span = span
        carrier: dict[str, str] = {}
        _propagator.inject(carrier, set_span_in_context(span, Context()))
        self.origin = replace(
            origin,
            traceparent=carrier.get("traceparent", ""),
            tracestate=carrier.get("tracestate", ""),
        )

    def note(self, attributes: Attributes) -> None:
        self._span.set_attributes(attributes)

    def fail(self, why: str) -> None:
        self._span.set_attribute("error.type", why)
        self._span.set_status(StatusCode.ERROR)


def exporting(version: str, environment: Mapping[str, str]) -> OtelTracing:
    """Spans sent where OTEL_TRACES_EXPORTER says, over OTLP if it says nothing.

    Raises `LookupError` for an exporter that is not installed.
    """
    names = environment.get("OTEL_TRACES_EXPORTER") or "otlp"
    return OtelTracing(
        [BatchSpanProcessor(_exporter(name.strip(), environment)) for name in names.split(",")],
        version,
    )


def _exporter(name: str, environment: Mapping[str, str]) -> SpanExporter:
    if name == "otlp":
        protocol = (
            environment.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL")
            or environment.get("OTEL_EXPORTER_OTLP_PROTOCOL")
            or "http/protobuf"
        )
        name = _PROTOCOLS.get(protocol, protocol)
    for found in entry_points(group="opentelemetry_traces_exporter", name=name):
        exporter: SpanExporter = found.load()()
        return exporter
    raise LookupError(name)
