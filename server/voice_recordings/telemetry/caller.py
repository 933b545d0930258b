"""Who makes the call that is being served, for whoever writes it down."""

from contextvars import ContextVar

ANYBODY = "anybody"

# Anybody where nobody is asked who they are.
caller: ContextVar[str] = ContextVar("caller", default=ANYBODY)
