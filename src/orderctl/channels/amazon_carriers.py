"""Carriers by the codes that Amazon knows. One that it does not know goes as `Other`, with its own name beside.

The codes are those of the Seller Central help page on carrier codes; which of them a marketplace takes differs, and
`carriers` in the settings comes before this table.
"""

from __future__ import annotations

from collections.abc import Mapping

from orderctl.core.carriers import Names

OTHER = "Other"

_CODES = (
    *("4PX", "Aramex", "Australia Post-ArticleId", "Australia Post-Consignment", "Blue Package", "Canada Post"),
    *("China Post", "City Link", "Couriers Please", "DHL", "DHL eCommerce", "DHL Global Mail", "Fastway"),
    *("FedEx", "FedEx SmartPost", "GLS", "GO!", "Hermes Logistik Gruppe", "Lasership", "Newgistics"),
    *("Ninjavan", "NipponExpress", "OnTrac", "OSM", "Parcelforce", "Qxpress", "Royal Mail", "SagawaExpress", "Sendle"),
    *("SF Express", "Singapore Post", "Streamlite", "Target", "TNT", "UPS", "UPS Mail Innovations", "UPSMI", "USPS"),
    *("YamatoTransport", "Yanwen"),
)
#: By our ids, where Amazon's code is another word. Codes of Australia alone are here only for carriers of Australia.
_BY_ID = {
    "australia_post": "Australia Post-ArticleId",
    "dhl_de": "DHL",
    "dhl_express": "DHL",
    "hermes_de": "Hermes Logistik Gruppe",
}
_NAMES = Names(_CODES, _BY_ID)


def carrier_code(carrier: str, own: Mapping[str, str]) -> str:
    """The code by which Amazon knows `carrier`: what `own` (from the settings) says, a well-known one, or `Other`."""
    return _NAMES.of(carrier, own) or OTHER
