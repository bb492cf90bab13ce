"""Carriers under the names by which Shopify makes a link of a tracking number (`FulfillmentTrackingInfo.company`).

Any other name is taken as it is, and then needs the address of the parcel's page.
"""

from __future__ import annotations

from collections.abc import Mapping

from orderctl.core.carriers import Names, title

_COMPANIES = (
    *("4PX", "An Post", "Australia Post", "BPost", "Canada Post", "Canpar", "China Post", "Chronopost", "Colissimo"),
    *("Correos", "Deutsche Post", "DHL eCommerce", "DHL Express", "DPD", "DPD UK", "Evri", "FedEx", "GLS", "La Poste"),
    *("Lasership", "Lone Star Overnight", "Mondial Relay", "New Zealand Post", "OnTrac", "Pitney Bowes"),
    *("Poste Italiane", "PostNL", "Purolator", "Royal Mail", "Sendle", "SF Express", "Singapore Post", "Swiss Post"),
    *("TNT", "United Delivery Service", "UPS", "USPS", "YunExpress"),
)
#: By our ids, where Shopify's name is another word.
_BY_ID = {"amazon_logistics": "Amazon Logistics US", "dhl": "DHL Express"}
_NAMES = Names(_COMPANIES, _BY_ID)


def company(carrier: str, own: Mapping[str, str]) -> tuple[str, bool]:
    """What `carrier` is called at Shopify, `own` names first, and whether Shopify makes a link of its numbers."""
    known = _NAMES.of(carrier, own)
    return known or title(carrier), known in _COMPANIES or known in _BY_ID.values()
