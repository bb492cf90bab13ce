"""Who did something, when, and in which pass: it stands on every event, move and decision."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stamp:
    """`at` is a moment, `actor` a person or `orderctl`, `pass_id` the row of `passes` (0 outside a pass)."""

    at: str
    actor: str = "orderctl"
    pass_id: int = 0
