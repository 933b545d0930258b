"""A request's raw path, split at `/` and then decoded, each piece once."""

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

MALFORMED_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SLASH = re.compile(r"(%2[Ff])")
_DOTS = frozenset({".", ".."})


class PathError(ValueError):
    """A path, or a value in it, cannot be read."""


@dataclass(frozen=True, slots=True)
class Path:
    """A path's segments, as sent and decoded; one list twice if nothing is escaped."""

    raw: list[str]
    plain: list[str]

    def without_verb(self, verb: str) -> "Path":
        """The same path less `:verb` at its end; no escape can hide in a verb."""
        cut = len(verb) + 1
        raw = [*self.raw[:-1], self.raw[-1][:-cut]]
        if self.raw is self.plain:
            return Path(raw, raw)
        return Path(raw, [*self.plain[:-1], decode(raw[-1])])


def split(raw_path: bytes) -> Path:
    """Splits a path at `/`; raises PathError for one that cannot be read."""
    try:
        text = raw_path.decode()
    except UnicodeDecodeError as error:
        raise PathError("the path is not UTF-8") from error
    before, *raw = text.split("/")
    if before or not raw:
        raise PathError("the path does not begin with '/'")
    if "%" not in text:
        return Path(raw, raw)
    return Path(raw, [decode(segment) for segment in raw])


def decode(text: str) -> str:
    """Percent-decodes once; `+` stays a plus."""
    if "%" not in text:
        return text
    if MALFORMED_ESCAPE.search(text):
        raise PathError(f"malformed escape in {text!r}")
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeDecodeError as error:
        raise PathError(f"{text!r} does not decode to UTF-8") from error


def capture(path: Path, start: int, end: int, *, multi: bool) -> str:
    """The value of a variable that spans segments `start` up to `end`.

    One that spans several keeps an escaped slash escaped, so that it can be
    told from those between segments (google/api/http.proto).
    """
    if not multi:
        value = path.plain[start]
        plain = value
    elif path.raw is path.plain:
        value = plain = "/".join(path.raw[start:end])
    else:
        value = "/".join(map(_decode_but_slash, path.raw[start:end]))
        plain = "/".join(path.plain[start:end])
    if "." in plain and not _DOTS.isdisjoint(plain.split("/")):
        raise PathError(f"dot segment in {value!r}")
    return value


def _decode_but_slash(segment: str) -> str:
    # Decoding around the slashes alone would cut a character that an
    # overlong escape spreads over them; split() has refused those already.
    return "".join(
        piece if _SLASH.fullmatch(piece) else decode(piece) for piece in _SLASH.split(segment)
    )
