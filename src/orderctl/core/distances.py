"""How far two points on the earth are from each other, in whole kilometers, with whole numbers only.

1. the haversine of the central angle, with sines from their series in fixed point
2. the angle back from its sine by halving the interval it lies in
3. kilometers on a sphere of 6,371 km, rounded half up

Whole numbers give the same kilometers on every machine, which a decision that can be made again needs.
"""

from __future__ import annotations

from math import isqrt

EARTH_KM = 6_371
_ONE = 10**12
_PI = 3_141_592_653_590
_HALF_TURN = 180_000_000  # millionths of a degree

Point = tuple[int, int]  # latitude, longitude in millionths of a degree


def kilometers(start: Point, end: Point) -> int:
    """Whole kilometers along the great circle between two points."""
    across = _sine_of_half(end[0] - start[0])
    along = abs(end[1] - start[1]) % (2 * _HALF_TURN)
    along = _sine_of_half(min(along, 2 * _HALF_TURN - along))
    cosines = _cosine(start[0]) * _cosine(end[0]) // _ONE
    haversine = across * across + cosines * along // _ONE * along
    angle = _angle_of(min(isqrt(haversine), _ONE))
    return (2 * EARTH_KM * angle + _ONE // 2) // _ONE


def _sine_of_half(difference: int) -> int:
    return _sine(abs(difference) * _PI // (2 * _HALF_TURN))


def _cosine(latitude: int) -> int:
    return _sine((_HALF_TURN // 2 - abs(latitude)) * _PI // _HALF_TURN)


def _sine(angle: int) -> int:
    """The sine of an angle from 0 to a quarter turn; both count in 10^-12."""
    square = angle * angle // _ONE
    term = total = angle
    for factor in range(2, 22, 2):
        term = -term * square // (_ONE * factor * (factor + 1))
        total += term
    return total


def _angle_of(sine: int) -> int:
    low, high = 0, _PI // 2
    while high - low > 1_000_000:  # 6 meters
        middle = (low + high) // 2
        if _sine(middle) < sine:
            low = middle
        else:
            high = middle
    return (low + high) // 2
