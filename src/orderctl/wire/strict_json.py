"""JSON from outside, read without guessing: exact decimals, no NaN, no name twice, nothing without a bound."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from orderctl.core import text

LARGEST = 4 * 1024 * 1024


def loads(raw: bytes, *, largest: int = LARGEST) -> Any:
    """The value `raw` (UTF-8) states; numbers with a point are Decimal, lone surrogates and NUL become U+FFFD.

    ValueError says what is wrong and where: not UTF-8, not JSON, a name twice, NaN, too deep, or over `largest` bytes.
    """
    return _loads(_DECIMALS, raw, largest)


def loads_as_text(raw: bytes, *, largest: int = LARGEST) -> Any:
    """As `loads`, with every number as the text it was written in: `90.750`, `1E5`."""
    return _loads(_TEXTS, raw, largest)


def _loads(decoder: json.JSONDecoder, raw: bytes, largest: int) -> Any:
    if len(raw) > largest:
        message = f"is larger than {largest} bytes"
        raise ValueError(message)
    try:
        value = decoder.decode(raw.decode())
    except UnicodeDecodeError as error:
        message = f"is not UTF-8 at byte {error.start + 1}"
        raise ValueError(message) from None
    except json.JSONDecodeError as error:
        message = f"is not JSON: {error.msg} at line {error.lineno} column {error.colno}"
        raise ValueError(message) from None
    except RecursionError:
        raise ValueError("is nested too deep") from None
    except _Refused:
        raise
    except (ArithmeticError, ValueError):
        raise ValueError("holds a number that cannot be real") from None
    return _storable(value) if b"\\u" in raw else value


class _Refused(ValueError):
    """A refusal in our own words."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        message = f"names '{twice[:40]}' twice"
        raise _Refused(message)
    return found


def _refuse(constant: str) -> None:
    message = f"holds {constant}, which is no number"
    raise _Refused(message)


_DECIMALS = json.JSONDecoder(object_pairs_hook=_object, parse_float=Decimal, parse_constant=_refuse)
_TEXTS = json.JSONDecoder(object_pairs_hook=_object, parse_float=str, parse_int=str, parse_constant=_refuse)


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return text.storable(value)
    if isinstance(value, list):
        return [_storable(part) for part in value]
    if isinstance(value, dict):
        return {text.storable(name): _storable(part) for name, part in value.items()}
    return value
