"""One channel out of two: mixed down, or one leg of the call."""


def mix_down(stereo: bytes) -> bytes:
    """PCM of the mean of both channels, rounded down; whole samples in, whole samples out."""
    import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

    pairs = np.frombuffer(stereo, "<i2").reshape(-1, 2).astype(np.int32)
    mixed: bytes = ((pairs[:, 0] + pairs[:, 1]) >> 1).astype("<i2").tobytes()
    return mixed


def one_leg(stereo: bytes, channel: int) -> bytes:
    """PCM of one channel, 0 or 1; whole samples in, whole samples out."""
    import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

    leg: bytes = np.frombuffer(stereo, "<i2")[channel::2].tobytes()
    return leg
