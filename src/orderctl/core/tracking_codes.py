"""Codes of parcels: numbers that look wrong, and tracking that is late. `core.codes` has them among all others."""

from __future__ import annotations

from collections.abc import Mapping

from orderctl.core.code import Code

EXCEPTIONS: Mapping[str, Code] = {
    "carrier_mismatch": Code(
        "A tracking number cannot be one of the carrier that is named with it: its check digit is wrong, or it is the "
        "number of another carrier. The channel is told of it as it is. It closes itself once it is corrected.",
        (
            ("orderctl shipments show {subject}", "to see all parcels"),
            ("orderctl exceptions resolve {id} --reason 'the number is right'", "the parcel can be followed by it"),
        ),
    ),
    "tracking_number_reused": Code(
        "Parcels of different orders have the same tracking number, so one of them may be wrong. Channels are told.",
        (
            ("orderctl orders show {order}", "to see the order that named it last"),
            ("orderctl exceptions resolve {id} --reason 'they travel in one parcel'", "it is one parcel indeed"),
        ),
    ),
    "tracking_late": Code(
        "A location has had a shipment in hand for longer than `ship_within`, or `late_after` of `[safety]`, and has "
        "not stated tracking for all of it. It closes itself once it does.",
        (
            ("orderctl shipments confirm {subject} --tracking NUMBER", "it has left"),
            ("orderctl shipments confirm {subject} --rejected", "it will not ship; the order is routed again"),
            ("orderctl shipments show {subject}", "to see when and how it was handed over"),
        ),
    ),
    "push_late": Code(
        "Tracking is known for longer than `late_after` of `[safety]`, and its channel has not taken it. It is told "
        "anew in every pass, and the exception closes itself once the channel has it.",
        (("orderctl push", "to try again now"), ("orderctl orders show {order}", "to see which parcels it has")),
    ),
}
