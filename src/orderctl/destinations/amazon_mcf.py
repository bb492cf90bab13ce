"""Work handed to Amazon's Multi-Channel Fulfillment, order by order, and what comes of it.

1. send: Amazon is asked what an order would cost and whether it could ship it, then has it shipped. Our reference is
   the id of the order, which Amazon takes once: the same request again has no second effect
2. after a lost answer the same request goes once more; a no to it is never taken for a no to the first one. What Amazon
   has under the reference is read back and compared: the same is adopted, anything else waits for a person
3. a refusal counts where Amazon has nothing under the reference, and its words do not say that it has
4. confirm, stock_feed: `amazon_mcf_collect`
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from orderctl.core.adapters import AnswerPage, Chapter, Probe, Waiting
from orderctl.core.confirmations import Confirmation
from orderctl.core.effects import Batch, BatchShipment, CallBack, Document, Holding, InHand, Receipt, receipt_of
from orderctl.core.errors import RecordError, RemoteError, RemoteRefused
from orderctl.destinations import amazon_mcf_guide, amazon_mcf_preview, amazon_mcf_settings
from orderctl.destinations.amazon_mcf_answers import STATES, Reader, state_of
from orderctl.destinations.amazon_mcf_collect import Collecting
from orderctl.destinations.amazon_mcf_orders import CANCEL, Orders, difference
from orderctl.destinations.way import Role, Sends
from orderctl.wire.asked import Asked
from orderctl.wire.json_parts import part
from orderctl.wire.opening import Opening

if TYPE_CHECKING:
    from orderctl.destinations.amazon_mcf_api import Fulfillment

#: Amazon never takes an id twice; after so long it is asked for it instead of trying.
_KEY_LIFE_S = 90 * 86_400
_ABSENT = "absent"
#: Refusals of this order; another status of the four hundreds says something of the way of asking.
_OF_THE_ORDER = (400, 409, 422)
_USED = re.compile(r"already (exist|been|in use|used)|duplicate|(not|be) unique", re.IGNORECASE)


class AmazonMcf(Asked, Sends):
    """A location that is Amazon's warehouses. Each shipment is a fulfillment order of its own."""

    Settings = amazon_mcf_settings.Settings
    alone: ClassVar[bool] = True

    def __init__(
        self, name: str, settings: amazon_mcf_settings.Settings, opening: Opening, role: Role = "send"
    ) -> None:
        place = f"location.{name}.{role}"
        self._name = name
        self._own = settings
        self._opening = opening
        self._role = role
        self._account, self._marketplace = amazon_mcf_settings.account_of(place, settings, opening)
        self._skus = amazon_mcf_settings.skus_of(place, settings)
        self._orders = Orders(name, settings, self._skus, self._marketplace, self._account.base_url)
        self._reader = Reader(self._skus, settings.carriers, f"{name} of {opening.now}")
        self._asked: Fulfillment | None = None
        self.best_class = "A"
        self.settle_s = settings.settle
        self.key_life_s = _KEY_LIFE_S

    def close(self) -> None:
        """Close the connections."""
        if self._asked is not None:
            self._asked.close()
        self._asked = None

    def objections(self, shipments: Sequence[BatchShipment]) -> Mapping[str, str]:
        """Those at a service without a speed, without an address, of a SKU that Amazon does not know, or too large."""
        found = {shipment.reference: self._orders.problem(shipment) for shipment in shipments}
        return {reference: problem for reference, problem in found.items() if problem}

    def render(self, batch: Batch) -> Document:
        """The fulfillment order of the one shipment of `batch`."""
        return self._orders.document(batch)

    def render_call_back(self, wish: CallBack) -> Document:
        """The wish to stop a fulfillment order."""
        return self._orders.call_back(wish)

    def deliver(self, document: Document, key: str) -> Receipt:  # noqa: ARG002 - the reference is the key
        """Have it shipped, or stopped. What was lost on the way is `uncertain`; nothing is raised."""
        kept = json.loads(document.content)
        try:
            return self._cancelled(kept["reference"]) if kept["do"] == CANCEL else self._shipped(kept)
        except RemoteError as error:
            return receipt_of(error)
        except RecordError as error:
            return Receipt("uncertain", message=f"Amazon's answer cannot be read: {error.message}")

    def recover(self, document: Document, key: str) -> Receipt:  # noqa: ARG002
        """Ask for the order; `absent` where Amazon says that it has no such thing."""
        if not document.content:
            return Receipt("uncertain", message="the answer was lost, and the request was not kept")
        return self._found(json.loads(document.content))

    def holdings(self, in_hand: Sequence[InHand]) -> Iterator[Holding]:
        """What Amazon says of each order. RemoteError where it cannot be asked."""
        for one in in_hand:
            held = self._api.order(one.reference)
            order = part(held, "fulfillmentOrder") if held else None
            if order is None:
                yield Holding(one.reference, _ABSENT)
                continue
            stated = str(order.get("fulfillmentOrderStatus") or "")[:60]
            yield Holding(one.reference, STATES.get(state_of(order), "dispatched"), stated)

    def collect(self, positions: Mapping[str, str], in_hand: Waiting) -> Iterator[AnswerPage]:
        """Answers or counts, by the role. RemoteError ends the walk; what was yielded counts."""
        collecting = Collecting(self._name, self._own, self._api, self._reader, self._opening.now)
        if self._role == "stock_feed":
            return collecting.counts(positions, in_hand, self._marketplace, self._skus)
        return collecting.answers(positions, in_hand)

    def probe(self) -> list[Probe]:
        """Ask who we are there, and what the role needs."""
        return amazon_mcf_guide.probes(self._api, self._role, self._marketplace)

    def guide(self) -> list[Chapter]:
        """What is asked of Amazon, and what has to be set up there."""
        return amazon_mcf_guide.chapters(self._name, self._role, self._orders)

    @property
    def _api(self) -> Fulfillment:
        if self._asked is None:
            from orderctl.destinations.amazon_mcf_api import Fulfillment

            self._asked = Fulfillment(self._name, self._account, self._opening)
        return self._asked

    def _shipped(self, kept: Mapping[str, Any]) -> Receipt:
        body = kept["body"]
        said = ""
        if self._own.preview:
            try:
                previewed = amazon_mcf_preview.read(self._api.preview(self._orders.preview(body)), body)
            except RemoteRefused as refused:
                return self._refused(kept, refused)
            except RemoteError as error:
                return Receipt("retry", message=error.said)  # it was a question: nothing was handed over
            if previewed.problem:
                return self._unless_there(kept, previewed.problem)
            said = previewed.estimate
        try:
            self._api.create(body)
        except RemoteRefused as refused:
            return self._refused(kept, refused)
        except RemoteError as lost:
            if lost.outcome != "uncertain" or self._opening.partner_class != "A":
                raise
            return self._once_more(kept, lost)
        return Receipt("accepted", kept["reference"], said)

    def _once_more(self, kept: Mapping[str, Any], lost: RemoteError) -> Receipt:
        """The answer was lost: the same once more. A no to this one does not say that the first one came to nothing."""
        try:
            self._api.create(kept["body"])
        except RemoteRefused:
            found = self._found(kept)
            return found if found.outcome != _ABSENT else receipt_of(lost)
        except RemoteError:
            return receipt_of(lost)
        return Receipt("accepted", kept["reference"])

    def _refused(self, kept: Mapping[str, Any], refused: RemoteRefused) -> Receipt:
        if refused.status not in _OF_THE_ORDER:
            return Receipt("retry", message=refused.said, stuck=True)
        if _USED.search(refused.message):
            found = self._found(kept)
            message = f"{refused.said}; when asked for it Amazon has no such order"
            return Receipt("uncertain", message=message) if found.outcome == _ABSENT else found
        return self._unless_there(kept, refused.said)

    def _unless_there(self, kept: Mapping[str, Any], problem: str) -> Receipt:
        """A refusal because of `problem`, where Amazon has nothing under this reference."""
        found = self._found(kept)
        return Receipt("refused", message=problem) if found.outcome == _ABSENT else found

    def _found(self, kept: Mapping[str, Any]) -> Receipt:
        """What Amazon has under the reference: accepted if it is what was asked for; absent, uncertain."""
        reference = kept["reference"]
        try:
            held = self._api.order(reference)
            if held is None:
                return Receipt(_ABSENT)
            different = difference(kept["body"], held)
        except RemoteError as error:
            return Receipt("uncertain", message=error.said)
        except RecordError as error:
            return Receipt("uncertain", message=f"Amazon shows {reference}, and its {error.message}")
        if different:
            return Receipt("uncertain", reference, f"Amazon has {reference} with {different}")
        return Receipt("accepted", reference)

    def _cancelled(self, reference: str) -> Receipt:
        try:
            self._api.cancel(reference)
        except RemoteRefused as refused:
            state = self._state(reference)
            if STATES.get(state) == "cancelled":
                return _stopped(self._name, reference)  # by a request before this one, or by somebody else
            now = f"it is {state} there: " if state else ""
            return Receipt("refused", message=f"too late, {now}{refused.said}")
        state = self._state(reference)
        return _stopped(self._name, reference) if STATES.get(state) == "cancelled" else Receipt("accepted")

    def _state(self, reference: str) -> str:
        """The state of an order at Amazon; empty where it cannot be asked."""
        try:
            held = self._api.order(reference)
            return state_of(part(held, "fulfillmentOrder") or {}) if held else ""
        except (RemoteError, RecordError):
            return ""


def _stopped(location: str, reference: str) -> Receipt:
    said = Confirmation("cancelled", reference, where=f"{location} answer to {reference}")
    return Receipt("accepted", answers=(said,))
