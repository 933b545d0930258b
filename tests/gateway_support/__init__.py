"""What the gateway's tests share: an ASGI caller, and the events it saw."""
