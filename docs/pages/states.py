"""docs/states.md: the states of orders, shipments and effects, and what may follow what."""

from __future__ import annotations

from collections.abc import Mapping

from docs.pages import outcomes
from docs.pages.markdown import code, codes, page, table
from orderctl.core.states import EFFECT_EDGES, ORDER_STATES, SHIPMENT_EDGES


def text() -> str:
    """The page."""
    return page(
        "States",
        "## Orders\n",
        "The state of an order is worked out from its lines, holds and effects: the first of these that holds.\n",
        "".join(f"{number}. `{state}`\n" for number, state in enumerate(ORDER_STATES, start=1)),
        "## Shipments\n",
        _edges(SHIPMENT_EDGES),
        outcomes.text(),
        "## Effects\n",
        _edges(EFFECT_EDGES),
    )


def _edges(edges: Mapping[str, tuple[str, ...]]) -> str:
    return table(
        ("state", "may become"),
        ((code(state), codes(after) or "nothing") for state, after in edges.items()),
    )
