"""Samples in, samples and bytes out; no I/O."""
