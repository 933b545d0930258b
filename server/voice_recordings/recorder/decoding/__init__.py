"""Decoding files of strangers in a process of their own."""
