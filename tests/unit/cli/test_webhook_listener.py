"""The receiver that people watch webhooks with."""

import http.client
import queue
import threading

from voice_recordings.cli.webhook_listener import Arrival, Listener


def test_answers_before_it_tells() -> None:
    """Who is told of the last webhook ends the program; its sender has the answer by then."""
    answered = threading.Event()
    told: queue.Queue[tuple[Arrival, bool]] = queue.Queue()
    listener = Listener(
        ("127.0.0.1", 0),
        keys=lambda _: (),
        tell=lambda arrival: told.put((arrival, answered.wait(30))),
        url=None,
        status=204,
    )
    with listener:
        serving = threading.Thread(target=listener.serve_forever)
        serving.start()
        host, port = listener.server_address[:2]
        connection = http.client.HTTPConnection(str(host), port, timeout=60)
        connection.request("POST", "/ready", b"{}")
        assert connection.getresponse().status == 401
        answered.set()
        connection.close()
        listener.shutdown()
        serving.join()
    arrival, had_answer = told.get(timeout=60)
    assert arrival.webhook is None
    assert had_answer
