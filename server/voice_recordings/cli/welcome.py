"""What a newcomer may try next, printed by `make run`."""

from voice_recordings.app import Running
from voice_recordings.config import MEMORY, Settings

_TEXT = """
voice-recordings is running: gRPC on {grpc}, REST on {http}.
{kept} Stop it with Ctrl-C. Try, in another terminal:

  curl        curl --data-binary @prompt.wav -H 'Content-Type: audio/wav' \\
                '{http}/v1/projects/demo/calls/c1/recordings:import?postProcessing=TRIM_SILENCE'
  command     .venv/bin/voice-recordings list projects/demo --endpoint {grpc}
  Python      from voice_recordings.client import RecordingsClient
              print(list(RecordingsClient("{grpc}").list("projects/demo")))

No audio at hand? `make demo` makes a call that speaks.
"""


def welcome(server: Running, settings: Settings) -> str:
    """The text, with this server's addresses and where it keeps things."""
    in_memory = settings.store_address == MEMORY
    kept = "Recordings are kept in memory." if in_memory else "Recordings outlive the server."
    return _TEXT.format(grpc=server.grpc_address, http=server.http_url, kept=kept)
