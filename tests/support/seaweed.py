"""An S3 server of the tests' own, on loopback and free ports."""

import http.client
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Self

import obstore
from obstore.store import S3Store

from support.ports import free_ports

_START_SECONDS = 120
_LAST_WORDS = 4_000
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
        data = self._folder / "data"
        data.mkdir()
        names = ("master", "volume", "filer", "s3")
        ports = free_ports(2 * len(names))
        self._arguments = [
            f"-dir={data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3",
            f"-s3.config={self._identities}", "-s3.iam=false",
            "-master.volumeSizeLimitMB=64", "-volume.max=100",
            # Doors nobody asks for, on ports that a second server would want as well.
            "-s3.port.iceberg=0", "-s3.port.lance=0",
        ]  # fmt: skip
        self._arguments += [
            f"-{name}.port{kind}={ports[2 * place + offset]}"
            for place, name in enumerate(names)
            for offset, kind in enumerate(("", ".grpc"))
        ]
        self.port = ports[2 * names.index("s3")]
        self._log = self._folder / "log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop(signal.SIGKILL)
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Starts it and waits until it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [Path(sys.executable).with_name("weed"), "server", *self._arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd=self._folder,
            )
        for _ in range(_START_SECONDS * 10):
            if self._answers():
                self._make_bucket()
                return
            assert self._process.poll() is None, f"SeaweedFS ended: {self._last_words()}"
            time.sleep(0.1)
        raise AssertionError(f"SeaweedFS does not answer: {self._last_words()}")

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

    def _last_words(self) -> str:
        return self._log.read_text(errors="replace")[-_LAST_WORDS:]

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
