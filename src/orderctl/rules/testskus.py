"""What a rule test says of SKUs: `skus.SET = { parts = { CUP = 2 }, weight = "500 g", tags = ["fragile"] }`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderctl.core import skus, weights
from orderctl.core.stock import Sku
from orderctl.core.text import did_you_mean
from orderctl.rules import codes, expect
from orderctl.rules.known import Known, Refused
from orderctl.rules.values import written

_FLAGS = ("hazmat", "oversize", "preorder")
_TEXTS = ("category", "supplier")
KEYS = ("weight", "weight_g", *_TEXTS, "tags", *_FLAGS, "parts", "explode")


def read(raw: Any, what: str, known: Known) -> dict[str, Sku]:  # noqa: ARG001
    """SKU -> what rules see of it; the parts of kits among them. Refused for what cannot be."""
    if not isinstance(raw, dict):
        raise Refused(codes.WRONG_TYPE, f"{what} is not a table of SKUs", f'write {what}.SKU = {{ weight = "300 g" }}')
    stated = {sku: _data(data, f"{what}.{sku}") for sku, data in raw.items()}
    parts = {sku: data.pop("parts", {}) for sku, data in stated.items()}
    grams = {sku: data.get("weight_g") for sku, data in stated.items()}
    inside = {part: Sku(part) for of_kit in parts.values() for part in of_kit}
    return inside | {sku: skus.known(sku, data, parts[sku], grams) for sku, data in stated.items()}


def _data(raw: Any, what: str) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise Refused(codes.WRONG_TYPE, f"{what} is not a table", 'a SKU with a dot stands in quotes: skus."TEE.RED"')
    data: dict[str, Any] = {}
    for key, value in raw.items():
        if key not in KEYS:
            raise Refused(codes.UNKNOWN_KEY, f"{what}: unknown key '{key}'", did_you_mean(key, KEYS).removeprefix("; "))
        data["weight_g" if key == "weight" else key] = _value(key, value, f"{what}.{key}")
    return data


def _value(key: str, value: Any, what: str) -> Any:
    if key in {"weight", "weight_g"}:
        try:
            return weights.parse_weight(value, "g" if key == "weight_g" else "")
        except ValueError as error:
            raise Refused(codes.WRONG_TYPE, f"{what}: {error}") from None
    if key in _FLAGS and not isinstance(value, bool):
        raise Refused(codes.WRONG_TYPE, f"{what}: {written(value)} is neither true nor false")
    if key in _TEXTS and not isinstance(value, str):
        raise Refused(codes.WRONG_TYPE, f"{what}: {written(value)} is not a text")
    if key == "explode" and value not in skus.EXPLODE:
        raise Refused(codes.WRONG_CHOICE, f"{what}: {written(value)} is neither always nor if_short")
    if key == "tags":
        return list(expect.texts(value, what))
    return expect.units(value, what) if key == "parts" else value


def around(stated: Mapping[str, Sku], named: Mapping[str, object]) -> dict[str, Sku]:
    """All SKUs of a test: those that are `named` by it, known without data, and those it says something of."""
    return {**{sku: Sku(sku) for sku in named}, **stated}
