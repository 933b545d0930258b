"""Reading an Info frame, written from its specification and not from our writer."""

import struct
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Info:
    """What an Info frame says; positions are within the frame."""

    frame_count: int
    byte_count: int
    seek_points: bytes
    encoder: bytes
    delay: int
    padding: int
    music_length: int
    music_crc: int
    tag_crc: int
    tag_end: int


def read_info(frame: bytes) -> Info:
    """The Info frame at the beginning of an MP3."""
    at = frame.index(b"Info")
    flags, frames, size = struct.unpack_from(">III", frame, at + 4)
    assert flags == 0xF
    tag = at + 120
    delay_and_padding = int.from_bytes(frame[tag + 21 : tag + 24], "big")
    length, music_crc, tag_crc = struct.unpack_from(">IHH", frame, tag + 28)
    return Info(
        frame_count=frames,
        byte_count=size,
        seek_points=frame[at + 16 : at + 116],
        encoder=frame[tag : tag + 9],
        delay=delay_and_padding >> 12,
        padding=delay_and_padding & 0xFFF,
        music_length=length,
        music_crc=music_crc,
        tag_crc=tag_crc,
        tag_end=tag + 34,
    )
