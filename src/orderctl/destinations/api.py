"""Work handed over one by one as HTTP requests, to a partner that is described by settings alone.

1. send: one request per shipment, made from a template; an answer is yes, no, "have it already", later, or lost
2. what it has already is read back and compared: the same is adopted, anything else waits for a person
3. after a lost answer the same request goes under the same key (A), or it is asked for the reference (B)
4. confirm: what changed since, or each shipment by itself; stock_feed: the list of what is there
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar
from zoneinfo import ZoneInfo

from orderctl.core import times
from orderctl.core.adapters import AnswerPage, Chapter, Probe, Waiting
from orderctl.core.confirmations import Confirmation
from orderctl.core.effects import Batch, BatchShipment, CallBack, Document, Holding, InHand, Receipt, receipt_of
from orderctl.core.errors import ConfigError, Finding, RemoteError
from orderctl.destinations import api_guide, api_hearing, api_requests
from orderctl.destinations.api_answers import Reader
from orderctl.destinations.api_auth import credentials
from orderctl.destinations.api_collect import Collecting
from orderctl.destinations.api_found import Found
from orderctl.destinations.api_hearing import Heard
from orderctl.destinations.api_partner import Partner
from orderctl.destinations.api_requests import Kind, Made, Requests
from orderctl.destinations.api_words import BadTemplate
from orderctl.destinations.way import Role, Sends
from orderctl.wire.asked import Asked
from orderctl.wire.http import Client, Request
from orderctl.wire.json_path import text
from orderctl.wire.opening import Opening
from orderctl.wire.waits import WaitHeader

_REFERENCE = "reference"
#: What a status means where no judgment says otherwise; a shipment is refused only where the request was understood.
_OF_CREATE = {400: "refused", 409: "duplicate", 422: "refused"}
_OF_CANCEL = dict.fromkeys((400, 404, 409, 410, 422), "refused")


class ApiDestination(Asked, Sends):
    """A location that is asked over HTTP. Its requests and answers are described by settings, or by a profile."""

    Settings = Partner
    alone: ClassVar[bool] = True
    needs: frozenset[str] = frozenset(("order", "goods"))

    def __init__(self, name: str, settings: Partner, opening: Opening, role: Role = "send") -> None:
        self._name = name
        self._partner = settings
        self._opening = opening
        self._role = role
        self._client: Client | None = None
        create, lookup = settings.create, settings.lookup
        keyed = bool(create.idempotency and create.key_lifetime)
        self.best_class = "A" if keyed else "B" if lookup.path else "C"
        self.settle_s = lookup.settle
        self.key_life_s = create.key_lifetime * 9 // 10  # a margin for clocks, and for the way there
        self._repeats: Kind = "keyed" if keyed and opening.partner_class == "A" else "blind"
        zone = ZoneInfo(settings.timezone or opening.timezone)
        carriers = {theirs.casefold(): ours for theirs, ours in settings.carriers.items()}
        self._reader = Reader(name, settings.shipment, settings.dates, zone, carriers)
        try:
            self._requests = Requests(name, settings, opening.base)
            self._requests.try_all()
        except BadTemplate as fault:
            raise ConfigError([Finding("E213", f"[location.{name}.{role}] {fault}")]) from None
        self._found = Found(settings, self._requests, self._reader, self._ask)

    def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            self._client.close()
        self._client = None

    def objections(self, shipments: Sequence[BatchShipment]) -> Mapping[str, str]:
        """Those that lack what `required` names, whose service has no word, or that the template cannot cope with."""
        found = {shipment.reference: self._requests.problem(shipment) for shipment in shipments}
        return {reference: problem for reference, problem in found.items() if problem}

    def render(self, batch: Batch) -> Document:
        """The request that hands over the one shipment of `batch`."""
        return self._requests.create(batch)

    def render_call_back(self, wish: CallBack) -> Document | None:
        """The request that asks to stop a shipment."""
        return self._requests.cancel(wish)

    def deliver(self, document: Document, key: str) -> Receipt:
        """Send the request. What was lost on the way is `uncertain`; nothing is raised."""
        made = api_requests.read(document.content)
        try:
            return self._cancelled(made) if made.do == "cancel" else self._created(made, key)
        except RemoteError as error:
            return receipt_of(error)

    def recover(self, document: Document, key: str) -> Receipt:  # noqa: ARG002
        """Ask for the reference; `absent` where the partner says that it has no such thing."""
        if not document.content:
            return Receipt("uncertain", message="the answer was lost, and the request was not kept")
        return self._found.receipt(api_requests.read(document.content))

    def holdings(self, in_hand: Sequence[InHand]) -> Iterator[Holding]:
        """What it says it has of `in_hand`, where it can be asked."""
        return self._found.holdings(in_hand)

    def collect(self, positions: Mapping[str, str], in_hand: Waiting) -> Iterator[AnswerPage]:
        """Answers or counts, by the role. RemoteError ends the walk; what was yielded counts."""
        collecting = Collecting(
            self._name, self._partner, self._requests, self._reader, self._ask, self._slower_clock, self._opening.now
        )
        if self._role == "stock_feed":
            return collecting.counts(positions)
        return collecting.answers(positions, in_hand)

    def probe(self) -> list[Probe]:
        """Ask something that changes nothing."""
        return api_guide.probes(self._name, self._role, self._partner, self._requests, self._ask, self._skew_s)

    def guide(self) -> list[Chapter]:
        """The requests as they are sent, and what answers mean."""
        return api_guide.chapters(self._name, self._role, self._partner, self._requests)

    def _created(self, made: Made, key: str) -> Receipt:
        create = self._partner.create
        more = {create.idempotency.lower(): key} if create.idempotency not in {"", _REFERENCE} else {}
        is_read = bool(create.id or create.says or any(one.path or one.contains for one in create.judge))
        heard = self._ask(made.request(self._repeats, "json" if is_read else "bytes", more))
        meaning = api_hearing.outcome(create, heard, _OF_CREATE, "retry")
        if meaning == "duplicate":
            return self._found.duplicate(made)
        if meaning != "accepted":
            known = meaning if meaning in {"refused", "retry"} else "uncertain"
            stuck = known == "retry" and api_hearing.is_stuck(create, heard)
            return Receipt(known, message=api_hearing.words(create, heard), stuck=stuck)
        reference = text(create.id, heard.value) or _last_part(heard.headers.get(create.id_header.lower(), ""))
        if not reference and (create.id or create.id_header):
            return Receipt("uncertain", message="says yes and gives no id of its own; nobody knows whether it has it")
        return Receipt("accepted", reference, answers=self._said_at_once(made, heard))

    def _said_at_once(self, made: Made, heard: Heard) -> tuple[Confirmation, ...]:
        create = self._partner.create
        where = f"{self._name} answer to {made.reference}"
        found = [Confirmation("acknowledged", made.reference, where=where)] if create.acknowledged else []
        shown = [item for path in create.says for item in path.all(heard.value)] if create.says else []
        rows = [row for item in shown for row in self._reader.rows(item, where, made.reference)]
        ours = (row for row in rows if isinstance(row, Confirmation) and row.reference == made.reference)
        return (*found, *ours)

    def _cancelled(self, made: Made) -> Receipt:
        cancel = self._partner.cancel
        is_read = any(one.path or one.contains for one in cancel.judge)
        heard = self._ask(made.request("keyed", "json" if is_read else "bytes", {}))
        meaning = api_hearing.outcome(cancel, heard, _OF_CANCEL, "retry")
        if meaning == "refused" and self._found.is_cancelled(made):
            meaning = "cancelled"  # a request before this one, whose answer was lost
        if meaning == "cancelled" or (meaning == "accepted" and cancel.sure):
            stopped = Confirmation("cancelled", made.reference, where=f"{self._name} answer to {made.reference}")
            return Receipt("accepted", answers=(stopped,))
        if meaning == "accepted":
            return Receipt("accepted")
        known = meaning if meaning in {"refused", "retry"} else "uncertain"
        return Receipt(known, message=api_hearing.words(cancel, heard))

    def _ask(self, request: Request) -> Heard:
        throttle = self._partner.throttle
        bucket = self._opening.budgets.bucket("api", throttle.per_minute / 60, throttle.burst)
        return api_hearing.asked(self._connected(), request, bucket)

    def _connected(self) -> Client:
        if self._client is None:
            partner = self._partner
            who = credentials(self._name, partner.auth, self._opening, partner.ca_file)
            waits = tuple(WaitHeader(name) for name in partner.throttle.wait_headers)
            self._client = self._opening.client(self._name, partner.url, who, partner.ca_file, waits)
        return self._client

    def _skew_s(self) -> int:
        return self._client.skew_s if self._client is not None else 0

    def _slower_clock(self) -> str:
        return times.later(self._opening.now, min(0, self._skew_s()))


def _last_part(address: str) -> str:
    return address.partition("?")[0].rstrip("/").rpartition("/")[2]
