"""One canonical text per value, and its digest: the same input gives the same bytes for ever."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical(value: Any) -> str:
    """`value` (dicts, lists, text, whole numbers, booleans, None) as JSON with sorted keys and no spaces."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(data: bytes | str) -> str:
    """SHA-256 of `data` in hex."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def key(*parts: str) -> str:
    """An idempotency key of 40 characters from the parts of a natural key."""
    return digest("\x1f".join(parts))[:40]
