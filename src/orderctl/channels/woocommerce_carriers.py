"""Carriers as WooCommerce and its extensions call them.

What is not in the tables goes by its own name, as a carrier that the shop does not know.
"""

from __future__ import annotations

from collections.abc import Mapping

from orderctl.core.carriers import Names

#: Of WooCommerce's own fulfillments.
_SLUGS = Names(
    (),
    {
        "ups": "ups",
        "usps": "usps",
        "fedex": "fedex",
        "dhl": "dhl",
        "dpd": "dpd",
        "royal_mail": "royal-mail",
        "canada_post": "canada-post",
        "australia_post": "australia-post",
    },
)
#: Of the Shipment Tracking extension; those that it knows by country only have to be in the settings.
_PROVIDERS = Names(
    ("UPS", "USPS", "OnTrac", "Royal Mail", "Canada Post", "Australia Post", "PostNL", "Colissimo"), {"fedex": "Fedex"}
)


def slug_of(carrier: str, own: Mapping[str, str]) -> str:
    """What fulfillments call `carrier`, `own` names first; empty for one they do not know."""
    return _SLUGS.of(carrier, own)


def name_in(carrier: str, own: Mapping[str, str]) -> str:
    """What the Shipment Tracking extension calls `carrier`, `own` names first; empty for one it does not know."""
    return _PROVIDERS.of(carrier, own)
