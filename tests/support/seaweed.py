"""An S3 server of the tests' own, on loopback and free ports."""

import http.client
import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Self

import obstore
from obstore.store import S3Store

_START_SECONDS = 60
_LOWEST_PORT, _HIGHEST_PORT = 20_000, 45_000
ALL = ("admin-key", "admin-secret")
READER = ("reader-key", "reader-secret")


class SeaweedServer:
    """One SeaweedFS with everything in one process; it can be killed and started again.

    `ALL` may do anything; `READER` may read and list. There is one bucket.
    """

    bucket = "recordings"

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="seaweed-"))
        self._identities = self._folder / "identities.json"
        self._identities.write_text(json.dumps({"identities": _IDENTITIES}))
        names = ("master", "volume", "filer", "s3")
        ports = _free_ports(2 * len(names))
        self._arguments = [
            f"-{name}.port{kind}={ports[2 * place + offset]}"
            for place, name in enumerate(names)
            for offset, kind in enumerate(("", ".grpc"))
        ]
        # Its other two doors have fixed ports, which two servers cannot both have.
        self._arguments += ["-s3.port.iceberg=0", "-s3.port.lance=0"]
        self.port = ports[2 * names.index("s3")]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop(signal.SIGKILL)
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Starts it and waits until it answers."""
        data = self._folder / "data"
        data.mkdir(exist_ok=True)
        self._process = subprocess.Popen(
            [
                Path(sys.executable).with_name("weed"), "server", f"-dir={data}", "-ip=127.0.0.1",
                "-ip.bind=127.0.0.1", "-filer", "-s3", f"-s3.config={self._identities}",
                "-master.volumeSizeLimitMB=64", "-volume.max=100", "-s3.iam=false",
                # Doors nobody asks for, on ports that a second server would want as well.
                "-s3.port.iceberg=0", "-s3.port.lance=0",
                *self._arguments,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
        )  # fmt: skip
        for _ in range(_START_SECONDS * 10):
            if self._answers():
                self._make_bucket()
                return
            assert self._process.poll() is None, "SeaweedFS did not start"
            time.sleep(0.1)
        raise AssertionError("SeaweedFS does not answer")

    def stop(self, number: signal.Signals) -> None:
        """Ends it: SIGTERM with a word, SIGKILL without."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(timeout=_START_SECONDS)
            self._process = None

    @property
    def process_id(self) -> int:
        """Of the one process."""
        assert self._process is not None
        return self._process.pid

    def _make_bucket(self) -> None:
        # The server makes a bucket when somebody who may do anything writes to it.
        store = S3Store(
            self.bucket,
            config={
                "endpoint": f"http://127.0.0.1:{self.port}",
                "access_key_id": ALL[0],
                "secret_access_key": ALL[1],
                "region": "us-east-1",
            },
            client_options={"allow_http": True},
        )
        # One with something in it: volumes are made for the first, which may take seconds.
        obstore.put(store, "first", b"something")
        obstore.delete(store, "first")

    def _answers(self) -> bool:
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            asked.request("GET", "/healthz")
            return asked.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            asked.close()


def environment(port: int, identity: tuple[str, str] = ALL) -> dict[str, str]:
    """What points obstore at a server on loopback."""
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": identity[0],
        "AWS_SECRET_ACCESS_KEY": identity[1],
    }


_IDENTITIES = [
    {
        "name": "all",
        "credentials": [{"accessKey": ALL[0], "secretKey": ALL[1]}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    },
    {
        "name": "reader",
        "credentials": [{"accessKey": READER[0], "secretKey": READER[1]}],
        "actions": ["Read", "List"],
    },
]


def _free_ports(count: int) -> list[int]:
    """Ports below those that outgoing connections are given, and below what weed adds to them."""
    found: list[socket.socket] = []
    try:
        for port in range(_LOWEST_PORT + time.time_ns() % 20_000, _HIGHEST_PORT):
            probe = socket.socket()
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                probe.close()
                continue
            found.append(probe)
            if len(found) == count:
                break
        return [probe.getsockname()[1] for probe in found]
    finally:
        for probe in found:
            probe.close()
