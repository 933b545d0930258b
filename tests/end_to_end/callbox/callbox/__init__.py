"""Keeps the calls of a call centre."""
