"""How a channel and orderctl understand each other, as data that each channel states: for people, pages and tests.

1. what a channel says of an order, and what that is here
2. what happens here, and what the channel is told of it
3. who owns each field of an order, and what a change of it does once the order is here: the same for every channel,
   but for what a channel says otherwise
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

CHANNEL, EITHER, ORDERCTL = "channel", "channel, or whoever edits it here", "orderctl"


@dataclass(frozen=True, slots=True)
class Field:
    """Fields of an order (names of its JSON) that have one owner; what a change after the import does."""

    names: tuple[str, ...]
    owner: str
    after_import: str


@dataclass(frozen=True, slots=True)
class ChannelMap:
    """What a channel says -> what it is here; what happens here -> what it is told; field -> how it differs there."""

    comes_in: Mapping[str, str]
    goes_out: Mapping[str, str]
    fields: Mapping[str, str] = field(default_factory=dict)


_AGAIN = "what is planned is planned anew; what was handed over stays"
FIELDS = (
    Field(("channel", "channel_order_id", "updated_at"), CHANNEL, "never; they say which order it is, and how new"),
    Field(("number", "placed_at", "currency", "source", "pos_location", "type"), CHANNEL, _AGAIN),
    Field(
        ("lines",),
        CHANNEL,
        "more units are routed as new ones; fewer are cancelled where they wait, and called back from a location that "
        "has them",
    ),
    Field(("cancelled_at",), CHANNEL, "all units, as when a line has fewer"),
    Field(
        ("fulfilled_by",),
        CHANNEL,
        "what the channel ships itself, or somebody fulfilled there, is not routed any more; a location that has it in "
        "hand is asked to stop it, and a person is told (fulfilled_there)",
    ),
    Field(("payment", "payment_terms", "risk", "cancel_requested", "dispute"), CHANNEL, f"{_AGAIN}; hold rules too"),
    Field(("shipping_price", "discount", "tax", "prices_include_tax", "total"), CHANNEL, _AGAIN),
    Field(
        ("ship_to",),
        EITHER,
        "planned anew; after the hand-over the location is asked to stop it, and a person is told (address_changed); "
        "against an edit the edit stays, and a person is told (edit_conflict)",
    ),
    Field(("customer", "bill_to"), EITHER, f"{_AGAIN}; an edited email or phone stays (edit_conflict)"),
    Field(
        ("requested_service", "ship_by", "deliver_by", "priority", "note", "gift_message", "po_number"),
        EITHER,
        f"{_AGAIN}; an edit stays (edit_conflict)",
    ),
    Field(("tags", "attributes"), CHANNEL, f"{_AGAIN}; tags that rules add are the decision's, and stay"),
    Field(("state", "holds", "assigned", "shipments", "backorders"), ORDERCTL, "the channel never changes them"),
    Field(("packages",), ORDERCTL, "each is told once; what the channel says of them is only read back"),
    Field(
        ("stock",),
        ORDERCTL,
        "the channel's number is replaced as soon as ours differs from what it was told last, or the channel put units "
        "back itself",
    ),
)


def payments(meanings: Mapping[str, str]) -> dict[str, str]:
    """A channel's word -> our payment, as rows of `comes_in`."""
    return {theirs: f"payment {ours}" for theirs, ours in meanings.items()}


def fields_of(stated: ChannelMap) -> list[Field]:
    """Every field as it is for this channel: what differs there is said after what is so everywhere."""
    rows = []
    for one in FIELDS:
        more = [stated.fields[name] for name in one.names if name in stated.fields]
        rows.append(Field(one.names, one.owner, "; ".join([one.after_import, *dict.fromkeys(more)])))
    return rows
