"""The one secret, and the keys derived from it."""
