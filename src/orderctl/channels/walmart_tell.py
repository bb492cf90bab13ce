"""Telling Walmart Marketplace: read the order, ask for what is missing there, and judge the answer.

Nothing is asked blindly twice: a parcel is known by its number, cancelled units are counted, an acknowledgment and a
number of stock may be repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from orderctl.channels import walmart_writes as writes
from orderctl.channels.walmart_api import Api
from orderctl.channels.walmart_orders import units_of
from orderctl.channels.walmart_writes import Refusal
from orderctl.core import carriers
from orderctl.core.effects import ACCEPTED, Receipt, receipt_of
from orderctl.core.errors import RecordError, RemoteError, RemoteRefused

_ABSENT = Receipt("absent")
_Got = TypeVar("_Got")
_LOST = "numbers of stock are told anew"


@dataclass(frozen=True, slots=True)
class Terms:
    """What the settings of a channel say about telling it."""

    acknowledge_path: str
    carriers: Mapping[str, str]
    tracking_urls: Mapping[str, str]
    tracking_url: str
    override: bool
    correct: bool
    reason: str
    reasons: Mapping[str, str]
    ship_node: str


class _NotAsked(Exception):
    """What goes before a request failed, so that it was surely not made."""


class Teller:
    """Tells one account what documents say."""

    def __init__(self, api: Api, terms: Terms) -> None:
        self._api = api
        self._terms = terms

    def deliver(self, document: Mapping[str, Any]) -> Receipt:
        """Tell what `document` says and Walmart does not know yet."""
        if document["kind"] == "stock":
            return self._stock(document)
        tell = {"acknowledgments": self._acknowledge, "tracking": self._ship, "cancel": self._cancel}
        return self._each(document, tell[document["kind"]])

    def recover(self, document: Mapping[str, Any]) -> Receipt:
        """Whether Walmart knows what `document` says. RemoteError when it cannot be asked."""
        if document["kind"] == "stock":
            return Receipt("uncertain", message=_LOST)
        there = all(self._is_there(document["kind"], told) for told in document["told"])
        return Receipt("accepted", reference=document["told"][0]["order"]) if there else _ABSENT

    def _each(self, document: Mapping[str, Any], tell: Callable[[Mapping[str, Any]], Receipt]) -> Receipt:
        """One after the other; the first that is not accepted ends it."""
        receipt = ACCEPTED
        for told in document["told"]:
            try:
                receipt = tell(told)
            except _NotAsked as reason:
                receipt = Receipt("retry", message=str(reason))
            except Refusal as refusal:
                receipt = Receipt("refused", message=f"{self._api.name} {refusal}")
            except RecordError as error:
                receipt = Receipt("refused", message=f"{self._api.name} has an order in which {error.message}")
            except RemoteError as error:
                receipt = receipt_of(error)
            if receipt.outcome != "accepted":
                break
        return receipt

    def _is_there(self, kind: str, told: Mapping[str, Any]) -> bool:
        order = self._api.order(told["order"])
        if kind == "tracking":
            _, old = writes.called_before(told, order, self._carrier(told))
            return not old and not writes.parcel_left(told, order)
        if kind == "cancel":
            return writes.is_cancelled(told, order)
        return not _unacknowledged(order)

    def _order(self, identity: str) -> Mapping[str, Any]:
        return _before(lambda: self._api.order(identity))

    def _acknowledge(self, told: Mapping[str, Any]) -> Receipt:
        if _unacknowledged(self._order(told["order"])):
            self._api.acknowledge(told["order"], self._terms.acknowledge_path)
        return Receipt("accepted", reference=told["order"])

    def _ship(self, told: Mapping[str, Any]) -> Receipt:
        order, carrier = self._order(told["order"]), self._carrier(told)
        old, units = writes.called_before(told, order, carrier)
        if units:
            order = self._correct(told, order, old, units)
        left = writes.parcel_left(told, order)
        if not left:
            return Receipt("accepted", reference=told["order"], message="" if units else "was there already")
        wrong = writes.correctable(told, order, left) if self._terms.correct else ""
        if not wrong:
            writes.check_shipping(told, order, left)
            if _unacknowledged(order):
                _before(lambda: self._api.acknowledge(told["order"], self._terms.acknowledge_path))
        body = writes.shipping_body(told, order, left, carrier, override=self._terms.override, instead_of=wrong)
        after = self._api.write(told["order"], "/shipping", body)
        if writes.parcel_left(told, after):
            return Receipt("uncertain", message=f"{self._api.name} answers without the parcel")
        return Receipt("accepted", reference=told["order"])

    def _correct(
        self, told: Mapping[str, Any], order: Mapping[str, Any], old: str, units: Mapping[str, int]
    ) -> Mapping[str, Any]:
        """Tell that these units have another label than `old`; the order after it."""
        carrier, override = self._carrier(told), self._terms.override
        body = writes.shipping_body(told, order, units, carrier, override=override, instead_of=old)
        try:
            return self._api.write(told["order"], "/shipping", body)
        except RemoteRefused as refused:
            now = " ".join((*carrier.values(), told["tracking_number"]))
            message = f"does not take another number for {old} (it does for four hours): make it {now} in Seller Center"
            raise Refusal(f"{message}. {refused.message}") from None

    def _carrier(self, told: Mapping[str, Any]) -> dict[str, str]:
        name = writes.carrier_name(told["carrier"], self._terms.carriers)
        if name:
            return {"carrier": name}
        ours = carriers.told_of(self._terms.tracking_urls, told["carrier"])
        page = ours or told["url"] or self._terms.tracking_url
        url = page.replace("{number}", told["tracking_number"])
        return {"otherCarrier": carriers.title(told["carrier"]) or "other", "trackingURL": url}

    def _cancel(self, told: Mapping[str, Any]) -> Receipt:
        order = self._order(told["order"])
        left = writes.cancellation_left(told, order)
        if not left:
            return Receipt("accepted", reference=told["order"], message="was there already")
        lines = units_of(order)
        named = [lines[name] for name in left]
        reason = writes.reason_for(told["reason"], named, self._terms.reasons, self._terms.reason)
        after = units_of(self._api.write(told["order"], "/cancel", writes.cancel_body(left, reason)))
        gone = all(
            name in after and after[name].cancelled >= lines[name].cancelled + units for name, units in left.items()
        )
        if not gone:
            return Receipt("uncertain", message=f"{self._api.name} answers without the cancellation")
        return Receipt("accepted", reference=told["order"])

    def _stock(self, document: Mapping[str, Any]) -> Receipt:
        """SKU by SKU. What Walmart will not take of one leaves the others; what it cannot answer now ends it."""
        each: dict[str, Receipt] = {}
        levels = document["levels"]
        for at, (sku, quantity) in enumerate(levels):
            try:
                self._api.put_stock(sku, self._terms.ship_node, writes.stock_body(sku, quantity))
            except RemoteError as error:
                each[sku] = receipt_of(error)
                if error.outcome != "refused":
                    each |= {later: Receipt("retry", message=error.said) for later, _ in levels[at + 1 :]}
                    break
        first = each.get(levels[0][0], ACCEPTED)
        if first.outcome in {"accepted", "refused"}:
            return Receipt("accepted", each=each)
        return first  # nothing was told


def _before(ask: Callable[[], _Got]) -> _Got:
    """What `ask` answers. A refusal is one; after any other error what was to follow has not been asked."""
    try:
        return ask()
    except RemoteRefused:
        raise
    except RemoteError as error:
        raise _NotAsked(error.said) from None


def _unacknowledged(order: Mapping[str, Any]) -> bool:
    return any(one.unacknowledged for one in units_of(order).values())
