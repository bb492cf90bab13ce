"""Carriers by the codes that Amazon knows. One that it does not know goes as `Other`, with its own name beside.

The codes are those of the Seller Central help page on carrier codes; which of them a marketplace takes differs, and
`carriers` in the settings comes before this table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

OTHER = "Other"
_NOT_IN_NAME = re.compile(r"[^a-z0-9]")

_CODES = (
    *("4PX", "Aramex", "Australia Post-ArticleId", "Australia Post-Consignment", "Blue Package", "Canada Post"),
    *("China Post", "City Link", "Couriers Please", "DHL", "DHL eCommerce", "DHL Global Mail", "Fastway"),
    *("FedEx", "FedEx SmartPost", "GLS", "GO!", "Hermes Logistik Gruppe", "Lasership", "Newgistics"),
    *("Ninjavan", "NipponExpress", "OnTrac", "OSM", "Parcelforce", "Qxpress", "Royal Mail", "SagawaExpress", "Sendle"),
    *("SF Express", "Singapore Post", "Streamlite", "Target", "TNT", "UPS", "UPS Mail Innovations", "UPSMI", "USPS"),
    *("YamatoTransport", "Yanwen"),
)
#: What others call them. Codes of Australia alone are here only for carriers of Australia.
_ALSO = {
    "auspost": "Australia Post-ArticleId",
    "australiapost": "Australia Post-ArticleId",
    "dhlde": "DHL",
    "dhlexpress": "DHL",
    "dhlpaket": "DHL",
    "federalexpress": "FedEx",
    "fedexground": "FedEx",
    "hermesde": "Hermes Logistik Gruppe",
    "sagawa": "SagawaExpress",
    "upsground": "UPS",
    "uspostalservice": "USPS",
    "yamato": "YamatoTransport",
}


def _plain(name: str) -> str:
    return _NOT_IN_NAME.sub("", name.lower())


_KNOWN = {_plain(code): code for code in _CODES} | _ALSO


def carrier_code(carrier: str, own: Mapping[str, str]) -> str:
    """The code by which Amazon knows `carrier`: what `own` (from the settings) says, a well-known one, or `Other`."""
    name = _plain(carrier)
    mine = {_plain(key): code for key, code in own.items()}
    return own.get(carrier) or mine.get(name) or _KNOWN.get(name, OTHER)
