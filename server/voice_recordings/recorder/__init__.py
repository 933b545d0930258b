"""Recordings being made: from audio that arrives to a recording that has ended."""
