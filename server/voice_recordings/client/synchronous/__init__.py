"""The client for threads, written from the one for asyncio."""
