"""What is kept of a decision: its frozen facts and its plan, as one JSON text that `rules.record` reads back.

It is written for every order, so msgspec does it; what is known of a SKU is written once and used again.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import msgspec

from orderctl.core.plans import Plan
from orderctl.core.stock import Sku
from orderctl.rules.facts import Facts
from orderctl.store.twins import twin

_Facts, _Plan, _Sku = twin(Facts, "places"), twin(Plan), twin(Sku)
_said: dict[type[Any], Callable[[Any], tuple[Any, ...]]] = {
    Facts: attrgetter(*_Facts.__struct_fields__),
    Plan: attrgetter(*_Plan.__struct_fields__),
    Sku: attrgetter(*_Sku.__struct_fields__),
}
_facts_of, _plan_of, _sku_of = _said.values()
_encode = msgspec.json.Encoder().encode


class Records:
    """Writes the records of one run of a step."""

    def __init__(self) -> None:
        self._skus: dict[int, tuple[Sku, msgspec.Raw]] = {}  # by identity, which lasts as long as the SKU is in here

    def text(self, facts: Facts, plan: Plan, document: str) -> bytes:
        """`facts` and `plan` as JSON. `document` is the facts' order as the store keeps it."""
        kept = _Facts(*_facts_of(facts))
        kept.order = msgspec.Raw(document)
        kept.skus = {name: self._sku(sku) for name, sku in facts.skus.items()}
        return _encode({"facts": kept, "plan": _Plan(*_plan_of(plan))})

    def _sku(self, sku: Sku) -> msgspec.Raw:
        found = self._skus.get(id(sku))
        if found is None:
            found = self._skus[id(sku)] = sku, msgspec.Raw(_encode(_Sku(*_sku_of(sku))))
        return found[1]
