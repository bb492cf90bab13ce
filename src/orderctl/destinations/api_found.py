"""What a partner has under one of our references, and whether that is what we asked for.

Found once with the same contents it is ours; with other contents, or more than once, a person has to look: it may be
an earlier request of ours, so that sending the goods from elsewhere could send them twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from orderctl.core.effects import Holding, InHand, Receipt
from orderctl.core.errors import RemoteError
from orderctl.core.text import printable
from orderctl.destinations.api_answers import Reader, units_of
from orderctl.destinations.api_hearing import outcome, words
from orderctl.destinations.api_partner import Partner
from orderctl.destinations.api_requests import Made, Requests
from orderctl.destinations.api_walk import Asking, items_of
from orderctl.wire.json_path import every, plain, text

_STATES = {"acknowledged": "acknowledged", "rejected": "rejected", "cancelled": "cancelled", "shipped": "shipped"}
_ABSENT = "absent"


class Found:
    """Looks references up at one partner."""

    def __init__(self, partner: Partner, requests: Requests, reader: Reader, ask: Asking) -> None:
        self._partner = partner
        self._requests = requests
        self._reader = reader
        self._ask = ask

    def receipt(self, made: Made) -> Receipt:
        """What became of the request `made`: accepted, absent, or uncertain."""
        if not self._partner.lookup.path:
            return Receipt("uncertain", message="the answer was lost, and the location cannot be asked")
        try:
            items = self._items(made.reference)
        except RemoteError as error:
            return Receipt("uncertain", message=error.said)
        if not items:
            return Receipt(_ABSENT)
        ids = list(dict.fromkeys(text(self._partner.shipment.id, item) for item in items))
        if len(ids) > 1:
            shown = ", ".join(printable(one)[:40] for one in ids[:5])
            return Receipt("uncertain", message=f"it has {made.reference} {len(ids)} times: {shown}")
        different = self._difference(made, items[0])
        if different:
            return Receipt("uncertain", ids[0], f"it has {made.reference} with {different}")
        return Receipt("accepted", ids[0])

    def duplicate(self, made: Made) -> Receipt:
        """What to make of a partner that says it has `made` already."""
        if not self._partner.lookup.path:
            message = f"it says that it has {made.reference} already, and cannot be asked with which contents"
            return Receipt("uncertain", message=message)
        found = self.receipt(made)
        if found.outcome == _ABSENT:
            message = f"it says that it has {made.reference} already, and when asked that it has not"
            return Receipt("uncertain", message=message)
        return found

    def is_cancelled(self, made: Made) -> bool:
        """Whether the shipment that `made` asks to stop is stopped already."""
        if not self._partner.lookup.path:
            return False
        try:
            items = self._items(made.reference)
        except RemoteError:
            return False
        return bool(items) and all(self._reader.kind(item) == "cancelled" for item in items)

    def holdings(self, in_hand: Sequence[InHand]) -> Iterator[Holding]:
        """What it says of `in_hand`. RemoteError where it cannot be asked."""
        if not self._partner.lookup.path:
            return
        for one in in_hand:
            items = self._items(one.reference)
            if not items:
                yield Holding(one.reference, _ABSENT)
                continue
            said = printable(text(self._partner.shipment.status, items[0]))[:60]
            yield Holding(one.reference, _STATES.get(self._reader.kind(items[0]), "dispatched"), said)

    def _items(self, reference: str) -> list[Any]:
        """What stands there under `reference`; none when there is no such thing. RemoteError when nobody knows.

        A partner may find more than was asked for, e.g. all that begins so; one that finds others did not look for it.
        """
        lookup = self._partner.lookup
        request = self._requests.made("lookup", {"reference": reference}).request("read", "json", {})
        heard = self._ask(request)
        if heard.status in lookup.absent:
            return []
        meaning = outcome(lookup, heard, {}, "retry")
        if meaning == "refused":
            return []
        if meaning != "accepted":
            raise heard.error or RemoteError(words(lookup, heard))
        found = items_of(lookup, heard.value)
        named = [(self._reader.reference(item).casefold(), item) for item in found]
        asked = reference.casefold()
        if any(asked not in name for name, _ in named):
            message = f"shows other shipments when asked for {reference}; `lookup` does not ask for one alone"
            raise RemoteError(message)
        return [item for name, item in named if name == asked]

    def _difference(self, made: Made, item: Any) -> str:
        """What of `item` is not what was asked for, in words; only what the partner shows is compared."""
        shown = self._partner.shipment
        lines = every(shown.lines, item) if shown.lines and shown.sku and shown.quantity else []
        theirs: dict[str, int] = {}
        for line in lines:
            sku = text(shown.sku, line)
            try:
                theirs[sku] = theirs.get(sku, 0) + (units_of(every(shown.quantity, line)) or 0)
            except ValueError as error:
                return f"a line that {error}"
        if theirs and {sku: units for sku, units in theirs.items() if units} != dict(made.units):
            return "other contents: " + ", ".join(f"{units} x {printable(sku)[:40]}" for sku, units in theirs.items())
        postcode = plain(text(shown.postcode, item))
        if postcode and made.postcode and _bare(postcode) != _bare(made.postcode):
            return "another postcode"
        return ""


def _bare(postcode: str) -> str:
    return "".join(character for character in postcode.casefold() if character.isalnum())
