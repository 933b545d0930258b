"""JSON text, read strictly (RFC 8259, and what ProtoJSON adds)."""

import json
import re
from typing import Any, NoReturn

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def load(raw: bytes, *, most_deep: int) -> Any:
    """The value of a text; raises ValueError saying what is wrong.

    Refused are a byte order mark, text behind the value, NaN and Infinity,
    keys given twice, lone surrogates, and nesting deeper than `most_deep`.
    """
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise ValueError("it is not UTF-8") from error
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError(f"it is nested deeper than {most_deep}") from error
    # Most texts are too short of brackets to be too deep.
    if raw.count(b"{") + raw.count(b"[") > most_deep and _depth(value) > most_deep:
        raise ValueError(f"it is nested deeper than {most_deep}")
    if _SURROGATE.search(raw):
        _check_surrogates(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice[:40]!r} is given twice")
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _depth(value: Any) -> int:
    depth = 0
    level = [value]
    while level := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        level = [
            item
            for container in level
            for item in (container.values() if isinstance(container, dict) else container)
        ]
    return depth


def _check_surrogates(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ValueError("it holds half of a surrogate pair") from error
