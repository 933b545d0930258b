"""System parameters: what a query says about the answer rather than the request.

https://cloud.google.com/apis/docs/system-parameters names them. `key`,
`access_token`, `$unique`, `$userProject`, `$apiVersion` and `$.xgafv` are
taken out of the query and have no effect; credentials belong in headers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from voice_recordings.gateway.errors import Violation
from voice_recordings.gateway.masks import MaskError, Tree, parse
from voice_recordings.gateway.query import Pair, refusal
from voice_recordings.gateway.scalars import parse_bool

# By either name; a request's own field of that name takes the bare one.
_BARE: Final = frozenset({"alt", "fields", "prettyPrint", "key", "access_token", "callback"})
_DOLLAR: Final = frozenset(
    {".xgafv", "outputDefaults", "unique", "userProject", "apiVersion"} | _BARE
)
_ALTS: Final = frozenset({"json", "json;enum-encoding=int", "proto", "media"})


@dataclass(frozen=True, slots=True)
class Parameters:
    """How a client wants to be answered."""

    alt: str = "json"
    fields: Tree | None = None
    pretty: bool = False
    defaults: bool = False


DEFAULT: Final = Parameters()


def take(
    pairs: list[Pair], is_field: Callable[[str], bool], mask_header: str
) -> tuple[Parameters, list[Pair]]:
    """Splits a query into system parameters and the rest.

    Raises GatewayError (400) with every violation.
    """
    if not pairs and not mask_header:
        return DEFAULT, pairs
    found: dict[str, str] = {}
    rest: list[Pair] = []
    violations: list[Violation] = []
    for name, value in pairs:
        canonical = _canonical(name, is_field)
        if canonical is None:
            rest.append((name, value))
        elif canonical in found:
            violations.append(Violation(name, "is given twice"))
        else:
            found[canonical] = value
    if mask_header:
        found.setdefault("fields", mask_header)
    if not found and not violations:
        return DEFAULT, rest
    return _read(found, violations), rest


def _canonical(name: str, is_field: Callable[[str], bool]) -> str | None:
    if name.startswith("$"):
        return name[1:] if name[1:] in _DOLLAR else None
    return name if name in _BARE and not is_field(name) else None


def _read(found: dict[str, str], violations: list[Violation]) -> Parameters:
    def value(name: str, read: Callable[[str], bool], default: bool) -> bool:  # noqa: FBT001 - a value
        try:
            return read(found[name]) if name in found else default
        except ValueError as error:
            violations.append(Violation(name, str(error)))
            return default

    alt = found.get("alt", "json")
    if alt not in _ALTS:
        violations.append(Violation("alt", f"is none of {', '.join(sorted(_ALTS))}"))
    if "callback" in found:
        violations.append(Violation("callback", "JSONP is not served"))
    if found.get(".xgafv", "2") not in {"1", "2"}:
        violations.append(Violation("$.xgafv", "is neither 1 nor 2"))
    pretty = value("prettyPrint", _flag, default=False)
    defaults = value("outputDefaults", _flag, default=False)
    fields = None
    if found.get("fields"):
        try:
            fields = parse(found["fields"])
        except MaskError as error:
            violations.append(Violation("fields", str(error)))
    if violations:
        raise refusal(violations)
    return Parameters(alt, fields, pretty, defaults)


def _flag(text: str) -> bool:
    """Google's clients send 1 and 0 as well."""
    return parse_bool({"1": "true", "0": "false"}.get(text, text))
