"""The client for asyncio; the one for threads is written from it."""
