"""Shipments that may have been handed over after the backup: adopted, asked for, or left to a person.

1. found in a document outside: the shipments become that document's batch, accepted
2. a location that can be asked is asked for each; what it has is adopted, what it has not is asked for once more later
3. of the others nobody can know, unless every document that was sent is accounted for: they become uncertain, each in
   a batch of its own, so that a person can say of each whether it was sent
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from orderctl.core.effects import Batch, Document, InHand, Receipt
from orderctl.core.errors import RemoteError
from orderctl.core.plans import Hold
from orderctl.steps.batches import gathered, next_batch
from orderctl.steps.context import Context
from orderctl.steps.found_outside import Found
from orderctl.store import batches, effects, exceptions, going_back, handoffs, holds, orders, waiting
from orderctl.store.exceptions import Trouble
from orderctl.store.going_back import Planned
from orderctl.store.transactions import transaction

CODE = "put_back"
_READABLE = ("A", "B")


def is_readable(ctx: Context, location: str) -> bool:
    """Whether `location` can be asked what it has."""
    configured = ctx.config.locations.get(location)
    return configured is not None and configured.partner_class in _READABLE


def adopt_found(ctx: Context, found: Sequence[Found], planned: Iterable[Planned]) -> tuple[list[str], dict[str, str]]:
    """Shipments that stand in a document of their own location become its batch; their references.

    Besides, reference -> the document, of shipments that stand in a document of another location or of none of ours.
    """
    left = {one.reference: one for one in planned}
    adopted: list[str] = []
    elsewhere: dict[str, str] = {}
    for document in found:
        if document.kind != "handoff":
            continue
        words = document.words()
        mine = [one for name, one in left.items() if name in words and one.location == document.owner]
        if mine:
            _adopt(ctx, document, mine)
            adopted += [one.reference for one in mine]
            for one in mine:
                del left[one.reference]
        known = going_back.orders_of(ctx.db, words)
        done = going_back.handed_over(ctx.db, known)
        elsewhere |= dict.fromkeys(sorted(known.keys() - done), document.name)
    return adopted, elsewhere


def _adopt(ctx: Context, found: Found, mine: Sequence[Planned]) -> None:
    ids = [one.shipment_id for one in mine]
    with transaction(ctx.db, "going_back.adopt"):
        shown = batches.gather(ctx.db, ids)
        units = sum(line.quantity for shipment in shown for line in shipment.lines)
        rows = sum(len(shipment.lines) for shipment in shown)
        document = Document(found.name, found.content(), rows=rows, units=units)
        _begin(ctx, found.owner, document, ids, number=found.number)
        _settle(ctx, found.owner, found.name, Receipt("accepted", message="found there after the store was put back"))


def _begin(ctx: Context, location: str, document: Document, ids: Sequence[int], *, number: int = 0) -> str:
    if not number or not going_back.number_is_free(ctx.db, "batches", location, number):
        number = batches.next_number(ctx.db, location)
    batch = Batch(location, number, ctx.now, ctx.now[:10], ())
    return handoffs.begin(ctx.db, ctx.stamp, batch, document, ids)


def _settle(ctx: Context, location: str, name: str, receipt: Receipt) -> None:
    configured = ctx.config.locations.get(location)
    final = configured is None or configured.confirm is None
    handoffs.settle(ctx.db, ctx.stamp, location, name, receipt, final=final, counted=ctx.counted)


def have(ctx: Context, location: str, references: Sequence[str]) -> dict[str, str]:
    """Those of `references` that `location` says it has -> what it says. RemoteError where it cannot be asked."""
    way = ctx.adapters.way(location, "send")
    asked = [InHand(reference, "dispatched", ctx.now) for reference in references]
    told = way.holdings(asked) if way and asked else ()
    return {one.reference: one.said or one.state for one in told if one.state != "absent"}


def ask(ctx: Context, one: Planned) -> str:
    """Ask its readable location for a planned shipment; what it comes to: accepted, uncertain, or refused to say.

    It is written down as if it had been sent, and only asked for: later passes ask again until that is certain.
    """
    way = ctx.adapters.way(one.location, "send")
    assert way is not None  # noqa: S101 - it has a class, so it has a way
    shown = gathered(ctx, one.location, [one.shipment_id], way.needs)
    if way.objections(shown):
        return "unfit"
    batch = next_batch(ctx, one.location, shown)
    document = way.render(batch)
    with transaction(ctx.db, "going_back.ask"):
        key = handoffs.begin(ctx.db, ctx.stamp, batch, document, [one.shipment_id], alone=way.alone, keep=document.kept)
    try:
        receipt = way.recover(document, key)
    except RemoteError as error:
        receipt = Receipt("uncertain", message=error.said)
    if receipt.outcome == "retry":  # it could not be asked now
        receipt = Receipt("uncertain", message=receipt.message or "it could not be asked")
    with transaction(ctx.db, "going_back.asked"):
        receipt = effects.judged(ctx.db, ctx.stamp, key, receipt, way.settle_s)
        _settle(ctx, one.location, document.name, receipt)
    return receipt.outcome


def doubt(ctx: Context, one: Planned, why: str) -> None:
    """Nobody can know whether a planned shipment was handed over: a person says it."""
    name = f"put-back-{one.reference}"
    with transaction(ctx.db, "going_back.doubt"):
        _begin(ctx, one.location, Document(name, b""), [one.shipment_id])
        _settle(ctx, one.location, name, Receipt("uncertain", message=why))


def hold_back(ctx: Context, found: Mapping[int, str]) -> list[int]:
    """Orders (-> why) of which units may have left that are not planned now wait for a person; the new ones."""
    held = []
    with transaction(ctx.db, "going_back.hold"):
        for order_id, why in found.items():
            if holds.place(ctx.db, ctx.stamp, order_id, Hold(CODE), why, by_hand=True):
                waiting.put_aside(ctx.db, order_id)
                held.append(order_id)
                stem = orders.stem(ctx.db, order_id)
                exceptions.raise_all(ctx.db, ctx.stamp, [Trouble(CODE, stem, f"{stem}: {why}", order_id)])
        orders.refresh(ctx.db, ctx.stamp, held)
    return held
