"""Spans, kept by OpenTelemetry's own SDK or by nobody."""

import os
import subprocess
import sys

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from voice_recordings.app.tracing import tracing_of
from voice_recordings.errors import ConfigurationError
from voice_recordings.telemetry.origin import Origin
from voice_recordings.telemetry.otel import OtelTracing
from voice_recordings.telemetry.tracing import Kind, NoTracing

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SENT = Origin("r", f"00-{TRACE}-00f067aa0ba902b7-01", "vendor=1")


def test_a_span_stands_between_its_origin_and_what_comes_of_it() -> None:
    """In one trace, with the request's id and the vendors' state handed on."""
    kept = InMemorySpanExporter()
    tracing = OtelTracing([SimpleSpanProcessor(kept)], "1")
    with tracing.span("outer", Kind.SERVER, SENT, {"a": 1}) as outer:
        assert outer.origin.request_id == "r"
        assert outer.origin.tracestate == "vendor=1"
        assert outer.origin.traceparent.startswith(f"00-{TRACE}-")
        assert outer.origin.traceparent != SENT.traceparent
    with tracing.span("inner", Kind.CLIENT, outer.origin, {}) as inner:
        inner.note({"b": "two"})
        inner.fail("TIMEOUT")
    first, second = kept.get_finished_spans()
    assert first.parent is not None
    assert f"{first.parent.span_id:016x}" == "00f067aa0ba902b7"
    assert second.parent is not None
    assert second.parent.span_id == first.context.span_id
    assert (first.kind, second.kind) == (SpanKind.SERVER, SpanKind.CLIENT)
    assert (first.attributes, second.attributes) == (
        {"a": 1},
        {"b": "two", "error.type": "TIMEOUT"},
    )
    assert second.status.status_code is StatusCode.ERROR
    assert first.resource.attributes["service.name"] == "voice-recordings"


def test_a_request_without_a_trace_begins_one() -> None:
    """Whoever gets the webhook can find it."""
    tracing = OtelTracing([SimpleSpanProcessor(InMemorySpanExporter())], "1")
    with tracing.span("first", Kind.SERVER, Origin("r"), {}) as span:
        assert int(span.origin.traceparent[-2:], 16) & 1 == 1


def test_what_the_sender_does_not_sample_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the names of OTEL_* beat ours."""
    monkeypatch.setenv("OTEL_SERVICE_NAME", "calls-of-acme")
    kept = InMemorySpanExporter()
    tracing = OtelTracing([SimpleSpanProcessor(kept)], "1")
    not_sampled = Origin("r", f"00-{TRACE}-00f067aa0ba902b7-00")
    with tracing.span("first", Kind.SERVER, not_sampled, {}) as span:
        assert span.origin.traceparent.startswith(f"00-{TRACE}-")
        assert span.origin.traceparent.endswith("-00")
    assert kept.get_finished_spans() == ()
    with tracing.span("second", Kind.SERVER, Origin(), {}):
        pass
    (second,) = kept.get_finished_spans()
    assert second.resource.attributes["service.name"] == "calls-of-acme"


def test_where_nobody_keeps_spans_a_trace_passes_through() -> None:
    """Untouched, as W3C Trace Context asks of those who take no part."""
    with NoTracing().span("any", Kind.SERVER, SENT, {}) as span:
        span.note({"a": 1})
        span.fail("X")
        assert span.origin is SENT


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"OTEL_SERVICE_NAME": "x"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318", "OTEL_SDK_DISABLED": "true"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318", "OTEL_TRACES_EXPORTER": "none"},
    ],
    ids=["nothing", "a-name-alone", "disabled", "no-exporter"],
)
def test_nobody_keeps_spans_unasked(environment: dict[str, str]) -> None:
    """That the SDK is installed is not asking."""
    assert isinstance(tracing_of(environment), NoTracing)


def test_an_exporter_that_is_not_there_is_said() -> None:
    """Which one."""
    with pytest.raises(ConfigurationError, match="no exporter called carrier-pigeon"):
        tracing_of({"OTEL_TRACES_EXPORTER": "carrier-pigeon"})


def test_a_server_that_is_not_asked_imports_nothing_of_it() -> None:
    """No time and no memory is spent."""
    program = (
        "import sys\n"
        "import voice_recordings.app, voice_recordings.app.tracing as tracing\n"
        "tracing.tracing_of({})\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("OTEL_")},
    )
    assert told.stdout == b"[]\n"
