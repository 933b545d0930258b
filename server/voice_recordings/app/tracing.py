"""Whether traces are kept, as the standard OTEL_* variables say."""

import logging
from collections.abc import Mapping
from importlib.metadata import version
from importlib.util import find_spec

from voice_recordings.errors import ConfigurationError
from voice_recordings.telemetry.tracing import NoTracing, Tracing

# Any of these asks for traces. That the SDK is installed alone does not: it may
# be there for another program's sake, and nobody listens on its default address.
_ASKING = (
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_TRACES_EXPORTER",
)

_log = logging.getLogger(__name__)


def tracing_of(environment: Mapping[str, str]) -> Tracing:
    """Keeps spans if the environment asks for it and OpenTelemetry's SDK is installed.

    Raises `ConfigurationError` for an exporter that is not.
    """
    if not _is_asked_for(environment):
        return NoTracing()
    if find_spec("opentelemetry") is None or find_spec("opentelemetry.sdk") is None:
        _log.warning(
            "OTEL_* asks for traces, which need: pip install 'voice-recordings[otel]'; "
            "none are kept"
        )
        return NoTracing()
    # A tenth of a second, and 10 MiB, for those who ask for it.
    from voice_recordings.telemetry.otel import exporting  # noqa: PLC0415

    try:
        return exporting(version("voice-recordings"), environment)
    except LookupError as error:
        raise ConfigurationError(
            f"OTEL_TRACES_EXPORTER: no exporter called {error.args[0]} is installed"
        ) from error


def _is_asked_for(environment: Mapping[str, str]) -> bool:
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    exporters = environment.get("OTEL_TRACES_EXPORTER", "").strip().lower()
    return exporters != "none" and any(environment.get(name) for name in _ASKING)
