"""The HTTP routes beside the gateway: media under signed links, health."""
