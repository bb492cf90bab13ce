"""JSON from outside, read without guessing: exact decimals, no NaN, no name twice, nothing without a bound.

1. msgspec reads it, four times faster than the standard library, and takes the last of two values with one name
2. that there was none such is proven: the value written again is what was sent, or has as many names as were sent
3. what is not proven, or not understood, is read by the standard library, which finds the words for every refusal
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import msgspec

from orderctl.core import text

LARGEST = 4 * 1024 * 1024


def loads(raw: bytes, *, largest: int = LARGEST) -> Any:
    """The value `raw` (UTF-8) states; numbers with a point are Decimal, lone surrogates and NUL become U+FFFD.

    ValueError says what is wrong and where: not UTF-8, not JSON, a name twice, NaN, too deep, or over `largest` bytes.
    """
    if len(raw) <= largest:
        try:
            value = _quick(raw)
            once = _surely_once(value, raw)
        except (ArithmeticError, ValueError, RecursionError, msgspec.MsgspecError):
            once = False
        if once:
            return _storable(value) if b"\\" in raw and b"\\u" in raw else value
    return loads_carefully(raw, largest=largest)


def loads_carefully(raw: bytes, *, largest: int = LARGEST) -> Any:
    """As `loads`, without haste."""
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


_quick = msgspec.json.Decoder(float_hook=Decimal).decode
_written = msgspec.json.Encoder(decimal_format="number").encode


def _surely_once(value: Any, raw: bytes) -> bool:
    """Whether no object of `raw`, which was read as `value`, has a name twice. False says nothing.

    A name ends in a quote and a colon, once the space between them is taken away; so may a text, which makes the count
    too large, never too small. It is equal only when no name is missing in `value`.
    """
    if value.__class__ not in {dict, list} or _written(value) == raw:
        return True
    return raw.translate(None, b" \t\r\n").count(b'":') == _names(value, raw.count(b"{"))


def _names(value: Any, most: int) -> int:
    """How many names the objects in `value` have together. Once `most` objects are found, there are no more."""
    holders = [value]
    objects = int(value.__class__ is dict)
    for holder in holders:
        if objects == most:
            break
        for part in holder.values() if holder.__class__ is dict else holder:
            if part.__class__ is dict:
                objects += 1
                holders.append(part)
            elif part.__class__ is list:
                holders.append(part)
    return sum([len(holder) for holder in holders if holder.__class__ is dict])


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return text.storable(value)
    if isinstance(value, list):
        return [_storable(part) for part in value]
    if isinstance(value, dict):
        return {text.storable(name): _storable(part) for name, part in value.items()}
    return value
