"""Check digits of tracking numbers: each function makes the last character out of those before it.

They are public: GS1, UPU S10, ISO 7064, ISO/IEC 7812 (Luhn), and what carriers print in their label guides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import cycle

#: What makes the check digit of a serial number, both as text.
Scheme = Callable[[str], str]

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _value(character: str) -> int:
    """A digit is itself; of a letter, what UPS gives it (A = 2, B = 3, ... 9, 0, ...)."""
    return int(character) if character.isdigit() else (ord(character) - 3) % 10


def mod_10(first: int, second: int) -> Scheme:
    """Weights `first` and `second` in turn from the left; what is missing to the next ten."""

    def check(serial: str) -> str:
        total = sum(_value(one) * weight for one, weight in zip(serial, cycle((first, second)), strict=False))
        return str(-total % 10)

    return check


def mod_11(weights: Sequence[int]) -> Scheme:
    """One weight for each digit; the rest by 11, of which 10 is written 0."""

    def check(serial: str) -> str:
        return str(sum(int(one) * weight for one, weight in zip(serial, weights, strict=True)) % 11 % 10)

    return check


def mod_7(serial: str) -> str:
    """The rest by 7."""
    return str(int(serial) % 7)


def s10(serial: str) -> str:
    """Eight digits of a postal item, as the Universal Postal Union has it."""
    left = 11 - sum(int(one) * weight for one, weight in zip(serial, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    return {10: "0", 11: "5"}.get(left, str(left))


def luhn(serial: str) -> str:
    """Every other digit from the right twice, and the digits of that added."""
    total = sum(
        sum(divmod(int(one) * weight, 10)) for one, weight in zip(reversed(serial), cycle((2, 1)), strict=False)
    )
    return str(-total % 10)


def mod_37_36(serial: str) -> str:
    """ISO 7064: digits and letters; no single character can be wrong unnoticed."""
    sum_ = 36
    for one in serial:
        sum_ = (sum_ + _ALPHABET.index(one)) % 36 or 36
        sum_ = sum_ * 2 % 37
    return _ALPHABET[(37 - sum_) % 36]
