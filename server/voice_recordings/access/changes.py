"""Changes of who may do what, and of secrets, as the audit trail has them.

They are made by writing to files, so that what is known of who made one is whose
file it is, and of from where, which file.
"""

import hashlib
import logging
from collections.abc import Iterable
from pathlib import Path

from voice_recordings.access.policy import Fact
from voice_recordings.telemetry.audit import AuditTrail

_log = logging.getLogger(__name__)


class Changes:
    """Writes changes down before they come into force."""

    def __init__(self, trail: AuditTrail) -> None:
        self._trail = trail

    def policy(self, path: Path, before: frozenset[Fact], after: frozenset[Fact]) -> None:
        """What a projects file says that it did not, and the other way round."""
        self._write(path, (_changed("remove", fact) for fact in sorted(before - after)))
        self._write(path, (_changed("add", fact) for fact in sorted(after - before)))

    def policy_at_start(self, path: Path, facts: frozenset[Fact]) -> None:
        """What is in force at a start; another digest than the last is a change in between."""
        digest = hashlib.sha256("\n".join(fact.text for fact in sorted(facts)).encode())
        told = f"{len(facts)} facts, SHA-256 {digest.hexdigest()}"
        self._write(path, [("permission.load", told)])

    def secrets(self, path: Path | None, key_ids: Iterable[str], *, at_start: bool) -> None:
        """Which secrets are in use, by the public ids of their keys, the one that signs first."""
        event = "secret.load" if at_start else "secret.change"
        self._write(path, [(event, f"keys {', '.join(key_ids)}")])

    def certificate(self, path: Path, fingerprint: str, *, at_start: bool) -> None:
        """Which certificate the server shows."""
        event = "certificate.load" if at_start else "certificate.change"
        self._write(path, [(event, f"SHA-256 {fingerprint}")])

    def _write(self, path: Path | None, events: Iterable[tuple[str, str]]) -> None:
        who = _owner(path)
        for event, resource in events:
            try:
                self._trail.record_now(event, resource, who=who, where=str(path or ""))
            except OSError as error:
                # Whoever has been locked out stays so, though the disk is full.
                _log.error("NOT in the audit trail (%s): %s %s", error.strerror, event, resource)


def _changed(verb: str, fact: Fact) -> tuple[str, str]:
    return f"{'credential' if fact.is_credential else 'permission'}.{verb}", fact.text


def _owner(path: Path | None) -> str:
    """Whose the file is; a file that is replaced belongs to whoever replaced it."""
    try:
        return f"owner {path.owner()}" if path else "the server"
    except (KeyError, OSError, NotImplementedError):
        return "unknown"
