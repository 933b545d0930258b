"""What a decoding process may use up, enforced by the kernel on itself."""

import os
import resource
from pathlib import Path

MEMORY_BYTES = 256 * 2**20
CPU_SECONDS = 300
FILE_BYTES = 2**31


def restrict(
    *,
    memory_bytes: int = MEMORY_BYTES,
    cpu_seconds: int = CPU_SECONDS,
    file_bytes: int = FILE_BYTES,
) -> None:
    """Bounds this process from now on: memory beyond what it has, CPU time, files.

    Call it when everything is imported and every file is open: none can be
    opened after it.
    """
    # Asked first: once no file can be opened, /proc cannot be read either.
    in_use_bytes = _address_space_bytes()
    if in_use_bytes is not None:
        _set(resource.RLIMIT_AS, in_use_bytes + memory_bytes)
    _set(resource.RLIMIT_CORE, 0)
    _set(resource.RLIMIT_CPU, cpu_seconds)
    _set(resource.RLIMIT_FSIZE, file_bytes)
    _set(resource.RLIMIT_NOFILE, _highest_descriptor() + 1)


def _set(limit: int, value: int) -> None:
    _, hard = resource.getrlimit(limit)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(limit, (value, value))


def _highest_descriptor() -> int:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(number for number in range(min(soft, 1024)) if _is_open(number))


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def _address_space_bytes() -> int | None:
    """How much is mapped now; None where the system does not say (macOS)."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except (OSError, ValueError):
        return None
    return pages * resource.getpagesize()
