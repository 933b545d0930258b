"""Path templates of google.api.http, parsed.

The grammar, as google/api/http.proto gives it:

    Template  = "/" Segments [ Verb ] ;
    Segments  = Segment { "/" Segment } ;
    Segment   = "*" | "**" | LITERAL | Variable ;
    Variable  = "{" FieldPath [ "=" Segments ] "}" ;
    FieldPath = IDENT { "." IDENT } ;
    Verb      = ":" LITERAL ;

with, beside it: only literals and the verb may follow `**`, variables do not
nest, none is named twice, and a LITERAL is RFC 3986 `pchar` less `:` (which
begins the verb) and `*` (which would be a wildcard somebody mistyped).
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

ONE = "*"
MANY = "**"

_IDENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LITERAL = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()+,;=@]|%[0-9A-Fa-f]{2})+")
_PIECE = re.compile(r"\{(?P<path>[^{}=]*)(?P<given>=(?P<inner>[^{}]*))?\}|(?P<plain>[^/{}]*)")


class TemplateError(ValueError):
    """A path template is not what google.api.http allows."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A field path bound to the segments from `start` up to `end`."""

    path: tuple[str, ...]
    start: int
    end: int
    multi: bool

    @property
    def name(self) -> str:
        """The field path as it is written."""
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed template; a segment is `*`, `**` or a percent-decoded literal."""

    text: str
    segments: tuple[str, ...]
    variables: tuple[Variable, ...]
    verb: str

    def place(self, index: int, length: int) -> int:
        """Where a boundary of the template lies in a path of `length` segments.

        What stands behind `**` is counted from the path's end.
        """
        if MANY not in self.segments or index <= self.segments.index(MANY):
            return index
        return length - (len(self.segments) - index)


def parse(text: str) -> Template:
    """Reads a template, or raises TemplateError saying what is wrong with it."""
    body, verb = _split_verb(text)
    segments: list[str] = []
    variables: list[Variable] = []
    position = 0
    while position < len(body):
        if body[position] != "/":
            raise TemplateError(f"{text!r}: expected '/' at {body[position:]!r}")
        piece = _PIECE.match(body, position + 1)
        if piece is None or piece.end() == position + 1:
            raise TemplateError(f"{text!r}: empty or malformed segment at {body[position:]!r}")
        if piece["plain"] is not None:
            segments.append(_segment(text, piece["plain"]))
        else:
            variables.append(_variable(text, piece, len(segments), segments))
        position = piece.end()
    if not segments:
        raise TemplateError(f"{text!r}: a template begins with '/' and has a segment")
    _check(text, segments, variables)
    return Template(text, tuple(segments), tuple(variables), verb)


def _split_verb(text: str) -> tuple[str, str]:
    colon = text.rfind(":")
    if colon < max(text.rfind("/"), text.rfind("}"), 0):
        return text, ""
    if colon == -1:
        return text, ""
    return text[:colon], _literal(text, text[colon + 1 :])


def _variable(text: str, piece: re.Match[str], start: int, segments: list[str]) -> Variable:
    """Appends the variable's own segments to `segments`."""
    path = tuple(piece["path"].split("."))
    if not all(_IDENT.fullmatch(part) for part in path):
        raise TemplateError(f"{text!r}: {piece['path']!r} is not a field path")
    inner = piece["inner"] if piece["given"] else ONE
    own = [_segment(text, part) for part in inner.split("/")]
    segments.extend(own)
    return Variable(path, start, len(segments), multi=len(own) > 1 or MANY in own)


def _segment(text: str, segment: str) -> str:
    return segment if segment in {ONE, MANY} else _literal(text, segment)


def _literal(text: str, literal: str) -> str:
    if not _LITERAL.fullmatch(literal):
        raise TemplateError(f"{text!r}: {literal!r} is not a literal")
    try:
        return unquote_to_bytes(literal).decode()
    except UnicodeDecodeError as error:
        raise TemplateError(f"{text!r}: {literal!r} is not UTF-8") from error


def _check(text: str, segments: list[str], variables: list[Variable]) -> None:
    if MANY in segments and any(
        segment in {ONE, MANY} for segment in segments[segments.index(MANY) + 1 :]
    ):
        raise TemplateError(f"{text!r}: only literals and the verb may follow '**'")
    names = [variable.name for variable in variables]
    for name in names:
        if names.count(name) > 1:
            raise TemplateError(f"{text!r}: variable {name!r} is bound twice")
