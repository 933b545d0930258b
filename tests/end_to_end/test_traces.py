"""One trace from the audio that comes in to the webhook that tells of it."""

import http.server
import os
import queue
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from end_to_end.processes import Killed, Served
from enfonica.voice.v1beta1 import recordings_pb2, recordings_pb2_grpc
from support.live import MULAW
from support.receiver import Receiver, Request, status
from support.receiving import receiving
from support.server import call, serving
from unit.audio.wavs import wav
from voice_recordings.telemetry.otel import OtelTracing
from voicerecordings.recorder.v1 import recorder_pb2, recorder_pb2_grpc

CALL = "projects/traced/calls/c1"
FILE = wav(b"\x00\x40\x00\xc0" * 5000)
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
SENT = {"traceparent": PARENT, "tracestate": "vendor=1", "x-request-id": "asked-by-me"}
RECORDER = "voicerecordings.recorder.v1.Recorder"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Takes every webhook."""
    with receiving() as found:
        yield found


def webhook(receiver: Receiver, number: int = 1) -> Request:
    """The webhook of this number, once it is here."""
    came = threading.Event()
    for _ in range(1200):
        if len(receiver.requests) >= number:
            return receiver.requests[number - 1]
        came.wait(0.05)
    raise AssertionError("no webhook came")


def attempted(url: str, recording: str, count: int = 1) -> None:
    """Returns once the service knows how so many attempts went; its receiver knows of them sooner.

    An attempt whose answer is still on its way is broken off when the server ends.
    """
    waiting = threading.Event()
    for _ in range(1200):
        listed = call(url, f"/v1/{recording}/deliveries").json.get("deliveries", [])
        if sum(len(delivery.get("attempts", ())) for delivery in listed) >= count:
            return
        waiting.wait(0.05)
    raise AssertionError("no attempt was written down")


def headers_of(request: Request) -> dict[str, str]:
    """Its headers; their names are of any case."""
    return {name.lower(): value for name, value in request.headers.items()}


def import_over_rest(url: str, ready_uri: str, headers: dict[str, str]) -> str:
    """One import, as a media server without gRPC makes it; the recording's name."""
    path = f"/v1/{CALL}/recordings:import?ready_uri={ready_uri}"
    answer = call(
        url, path, method="POST", headers={"content-type": "audio/wav", **headers}, body=FILE
    )
    assert answer.status == 200, answer.body
    return str(answer.json["name"])


def record_live(address: str, ready_uri: str, metadata: dict[str, str]) -> str:
    """A call recorded live: made in no trace, and written in one; the recording's name."""
    with grpc.insecure_channel(address) as channel:
        stub = recorder_pb2_grpc.RecorderStub(channel)
        made = stub.CreateRecording(
            recorder_pb2.CreateRecordingRequest(
                parent=CALL,
                recording=recorder_pb2.NewRecording(format=MULAW, ready_uri=ready_uri),
            )
        )
        messages = [
            recorder_pb2.WriteAudioRequest(name=made.name, offset=0, audio=b"\x2a\xaa" * 4000),
            recorder_pb2.WriteAudioRequest(offset=8000, finish=True),
        ]
        for _ in stub.WriteAudio(iter(messages), metadata=tuple(metadata.items())):
            pass
        return made.name


def chain(spans: tuple[ReadableSpan, ...], last: str) -> list[str]:
    """The names from a span of this name up to the one whose parent the client was."""
    by_id = {span.context.span_id: span for span in spans}
    span = next(span for span in spans if span.name == last)
    names = []
    while True:
        names.append(span.name)
        assert f"{span.context.trace_id:032x}" == TRACE
        assert span.parent is not None
        if span.parent.span_id not in by_id:
            assert f"{span.parent.span_id:016x}" == "00f067aa0ba902b7"
            return names
        span = by_id[span.parent.span_id]


@pytest.mark.parametrize(
    ("door", "method"),
    [("rest", "ImportRecording"), ("grpc", "WriteAudio")],
)
def test_one_trace_leads_from_the_audio_to_the_webhook(
    receiver: Receiver, door: str, method: str
) -> None:
    """Through the work between; and the receiver can go on with it."""
    kept = InMemorySpanExporter()
    tracing = OtelTracing([SimpleSpanProcessor(kept)], "1")
    ready = f"{receiver.url}/ready?key=hidden"
    with serving(tracing=tracing) as server:
        if door == "rest":
            name = import_over_rest(server.http_url, ready, SENT)
        else:
            name = record_live(server.grpc_address, ready, SENT)
        got = webhook(receiver)
        attempted(server.http_url, name)
    spans = kept.get_finished_spans()
    assert chain(spans, "POST RECORDING_READY") == [
        "POST RECORDING_READY",
        "process recording",
        f"{RECORDER}/{method}",
    ]
    sent = next(span for span in spans if span.name == "POST RECORDING_READY")
    assert headers_of(got)["traceparent"] == f"00-{TRACE}-{sent.context.span_id:016x}-01"
    assert headers_of(got)["tracestate"] == "vendor=1"
    assert headers_of(got)["x-request-id"] == "asked-by-me"
    assert sent.attributes is not None
    assert sent.attributes["http.response.status_code"] == 200
    assert sent.attributes["server.address"] == "127.0.0.1"
    told = "".join(span.to_json() for span in spans)
    assert "hidden" not in told


def test_an_attempt_that_failed_is_a_span_that_failed(receiver: Receiver) -> None:
    """The next one is its sibling, and says how many there were before."""
    kept = InMemorySpanExporter()
    tracing = OtelTracing([SimpleSpanProcessor(kept)], "1")
    receiver.will("/ready", status(500))
    with serving(tracing=tracing) as server:
        name = import_over_rest(server.http_url, f"{receiver.url}/ready", SENT)
        webhook(receiver, 2)
        attempted(server.http_url, name, 2)
    first, second = (
        span for span in kept.get_finished_spans() if span.name == "POST RECORDING_READY"
    )
    assert first.attributes is not None
    assert second.attributes is not None
    assert first.attributes["error.type"] == "500"
    assert second.attributes["http.request.resend_count"] == 1
    assert first.parent == second.parent


def test_without_an_sdk_a_trace_passes_through_to_the_webhook(receiver: Receiver) -> None:
    """As it came; a request without one gets none, but an id it gets."""
    with serving() as server:
        import_over_rest(server.http_url, f"{receiver.url}/ready", SENT)
        got = webhook(receiver)
        import_over_rest(server.http_url, f"{receiver.url}/ready", {})
        bare = webhook(receiver, 2)
    assert headers_of(got).items() >= SENT.items()
    assert "traceparent" not in headers_of(bare)
    assert headers_of(bare)["x-request-id"]


def test_grpc_answers_name_the_request() -> None:
    """As `x-request-id` among the trailers: to who sent one, and to whose call failed."""
    mine = (("x-request-id", "mine"),)
    with serving() as server, grpc.insecure_channel(server.grpc_address) as channel:
        stub = recordings_pb2_grpc.RecordingsStub(channel)
        _, good = stub.ListRecordings.with_call(
            recordings_pb2.ListRecordingsRequest(parent=CALL), metadata=mine
        )
        bad = stub.GetRecording.future(
            recordings_pb2.GetRecordingRequest(name=f"{CALL}/recordings/none"), metadata=mine
        )
        assert bad.code() is grpc.StatusCode.NOT_FOUND
        for answer in (good, bad):
            assert ("x-request-id", "mine") in [tuple(each) for each in answer.trailing_metadata()]
        nameless = stub.GetRecording.future(
            recordings_pb2.GetRecordingRequest(name=f"{CALL}/recordings/none")
        )
        assert dict(nameless.trailing_metadata())["x-request-id"]


@contextmanager
def collecting() -> Iterator[tuple[str, "queue.SimpleQueue[ExportTraceServiceRequest]"]]:
    """A collector of OTLP over HTTP on loopback: its URL, and what it is sent."""
    got: queue.SimpleQueue[ExportTraceServiceRequest] = queue.SimpleQueue()

    class Collector(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            body = self.rfile.read(int(self.headers["content-length"]))
            got.put(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
            del format, args

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever, name="collector")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def names_of(request: ExportTraceServiceRequest) -> list[tuple[str, str]]:
    """Every span's trace and name."""
    return [
        (span.trace_id.hex(), span.name)
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def test_a_server_sends_its_spans_where_the_environment_says(receiver: Receiver) -> None:
    """Over OTLP, those of the last moment at its end."""
    with collecting() as (url, got):
        with Served(environment={"OTEL_EXPORTER_OTLP_ENDPOINT": url}) as served:
            name = import_over_rest(served.http_url, f"{receiver.url}/ready", SENT)
            webhook(receiver)
            attempted(served.http_url, name)
        found = []
        while not got.empty():
            found += names_of(got.get())
    assert {name for trace, name in found if trace == TRACE} == {
        f"{RECORDER}/ImportRecording",
        "process recording",
        "POST RECORDING_READY",
    }


def test_a_collector_that_is_gone_holds_nothing_up(receiver: Receiver) -> None:
    """Calls are answered, webhooks sent, and the server ends when it is told to."""
    environment = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9",
        "OTEL_EXPORTER_OTLP_TIMEOUT": "1",
    }
    served = Served(environment=environment).start()
    import_over_rest(served.http_url, f"{receiver.url}/ready", SENT)
    webhook(receiver)
    served.process.terminate()
    served.process.communicate(timeout=120)
    assert served.process.returncode == 0


def test_a_webhook_that_waited_through_a_kill_knows_its_trace(tmp_path: Path) -> None:
    """What the recording came of is kept with the webhook's row."""
    data = ("--data-dir", str(tmp_path / "data"))
    with receiving(status(500)) as receiver:
        with Killed(*data) as first:
            name = import_over_rest(first.http_url, f"{receiver.url}/ready", SENT)
            webhook(receiver)
            # One that dies with its server waits until nobody can be at it any more.
            attempted(first.http_url, name)
            os.kill(first.process.pid, signal.SIGKILL)
        before = len(receiver.requests)
        with Served(*data):
            got = webhook(receiver, before + 1)
    assert headers_of(got).items() >= SENT.items()
