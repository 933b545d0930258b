"""The figures of one server, as Prometheus reads them.

docs/operating.md lists the names. Labels are bounded: methods, states, reasons
and outcomes, never a project or a recording.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

CONTENT_TYPE = CONTENT_TYPE_LATEST

_CALL_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_LAG_BUCKETS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)


class Metrics:
    """Counters and gauges in a registry of their own, so that two servers never share one."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.calls = Counter(
            "voice_recordings_calls",
            "Calls that have ended, by door, method and status.",
            ("door", "method", "code"),
            registry=self.registry,
        )
        self.call_seconds = Histogram(
            "voice_recordings_call_seconds",
            "How long unary calls took, by door and method.",
            ("door", "method"),
            buckets=_CALL_BUCKETS,
            registry=self.registry,
        )
        self.calls_running = Gauge(
            "voice_recordings_calls_running",
            "Calls being served, by door and class: unary or stream.",
            ("door", "kind"),
            registry=self.registry,
        )
        self.calls_refused = Counter(
            "voice_recordings_calls_refused",
            "Calls refused because a limit was reached, by limit.",
            ("limit",),
            registry=self.registry,
        )
        self.recordings_ended = Counter(
            "voice_recordings_recordings_ended",
            "Recordings that have ended, by state and reason.",
            ("state", "reason"),
            registry=self.registry,
        )
        self.processing_seconds = Histogram(
            "voice_recordings_processing_lag_seconds",
            "From the last byte of a recording to its ending.",
            buckets=(*_CALL_BUCKETS, 60, 300),
            registry=self.registry,
        )
        self.committed_bytes = Counter(
            "voice_recordings_committed_bytes",
            "Bytes of audio taken in and made safe.",
            registry=self.registry,
        )
        self.live_sessions = Gauge(
            "voice_recordings_live_sessions",
            "Live recordings being made.",
            registry=self.registry,
        )
        self.store_seconds = Histogram(
            "voice_recordings_store_seconds",
            "How long the store of recordings and webhooks took, by operation.",
            ("operation",),
            buckets=_CALL_BUCKETS,
            registry=self.registry,
        )
        self.webhook_attempts = Counter(
            "voice_recordings_webhook_attempts",
            "Webhooks sent, by outcome: delivered or failed.",
            ("outcome",),
            registry=self.registry,
        )
        self.webhooks_given_up = Counter(
            "voice_recordings_webhooks_given_up",
            "Webhooks that will not be tried again by themselves.",
            registry=self.registry,
        )
        self.webhooks_queued = Gauge(
            "voice_recordings_webhooks_queued",
            "Webhooks that are due and taken up here, by state: under_way or waiting.",
            ("state",),
            registry=self.registry,
        )
        self.webhook_lag_seconds = Histogram(
            "voice_recordings_webhook_lag_seconds",
            "From when a webhook was due to when it was sent.",
            buckets=(*_CALL_BUCKETS, 60, 300),
            registry=self.registry,
        )
        self.downloaded_bytes = Counter(
            "voice_recordings_downloaded_bytes",
            "Bytes of audio sent under links.",
            registry=self.registry,
        )
        self.loop_lag_seconds = Histogram(
            "voice_recordings_loop_lag_seconds",
            "How late the event loop was to what it should have done.",
            buckets=_LAG_BUCKETS,
            registry=self.registry,
        )

    def exposition(self) -> bytes:
        """Everything, in Prometheus' text format."""
        return generate_latest(self.registry)
