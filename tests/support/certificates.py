"""Certificates of authorities that live as long as a test."""

from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Files:
    """PEM files: a certificate chain, its key, and the authority's certificate."""

    cert: Path
    key: Path
    ca: Path


class Authority:
    """Issues certificates into a folder."""

    def __init__(self, folder: Path) -> None:
        self._authority = trustme.CA()
        self._folder = folder

    def issue(self, name: str, *identities: str) -> Files:
        """A certificate for these names and addresses, in place of what was there."""
        files = Files(*(self._folder / f"{name}.{each}" for each in ("crt", "key", "ca")))
        issued = self._authority.issue_cert(*(identities or ("localhost", "127.0.0.1")))
        chain = b"".join(blob.bytes() for blob in issued.cert_chain_pems)
        for path, content in (
            (files.key, issued.private_key_pem.bytes()),
            (files.ca, self._authority.cert_pem.bytes()),
            (files.cert, chain),
        ):
            part = path.with_suffix(".part")
            part.write_bytes(content)
            part.replace(path)
        return files
