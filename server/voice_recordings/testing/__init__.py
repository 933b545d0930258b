"""An emulator for tests of apps that use recordings; loaded when it is first asked for."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voice_recordings.testing.aio import AsyncEmulator
    from voice_recordings.testing.emulator import Emulator
    from voice_recordings.testing.project import Project

__all__ = ["AsyncEmulator", "Emulator", "Project"]

_MODULES = {"AsyncEmulator": "aio", "Emulator": "emulator", "Project": "project"}


def __getattr__(name: str) -> Any:
    # pytest imports this package for every suite on the machine.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib  # noqa: PLC0415 - as above

    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
