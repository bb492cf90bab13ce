"""Carriers by the names that eBay knows. One that it does not know goes as `Other`, and its number with it.

The names are those of the ShippingCarrierCodeType of eBay's Trading API.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

OTHER = "Other"
_NOT_IN_NAME = re.compile(r"[^a-z0-9]")

#: eBay's names that are also what people call these carriers.
_SAME = (
    "AnPost ARAMEX AustraliaPost BPost CanPar ChinaPost Chronopost Colissimo CollectPlus Correos DeutschePost DHL "
    "DHLEXPRESS DHLGlobalMail DPD Fastway FedEx FedExSmartPost FourPX GLS Hermes HongKongPost IndiaPost IsraelPost "
    "JapanPost KoreaPost Landmark LAPOSTE MondialRelay MRW Nacex Parcelforce Philpost PocztaPolska PosteItaliane "
    "PostNL RoyalMail SDA Seur SINGAPOREPOST SpeeDee StarTrack SwissPost THAILANDPOST TNT TNTEXPRESS Toll UKMail UPS "
    "UPSMailInnovations USPS VietnamPost Winit YANWEN Yodel YRC"
)
#: What others call them.
_ALSO = {
    "4px": "FourPX",
    "auspost": "AustraliaPost",
    "austrianpost": "OsterreichischePostAG",
    "bartolini": "Bartolini",
    "bpostbelgium": "BPost",
    "brt": "Bartolini",
    "canadapost": "CPC",
    "dhlde": "DHL",
    "dhlecommerce": "DHLGlobalMail",
    "dhlpaket": "DHL",
    "dpdde": "DPD",
    "dpduk": "DPD",
    "evri": "Hermes",
    "federalexpress": "FedEx",
    "hermesde": "Hermes",
    "myhermes": "Hermes",
    "odfl": "ODFL",
    "olddominion": "ODFL",
    "ontrac": "ONTRACK",
    "postat": "OsterreichischePostAG",
    "postes": "Correos",
    "upsground": "UPS",
    "uspostalservice": "USPS",
}
_KNOWN = {_NOT_IN_NAME.sub("", name.lower()): name for name in _SAME.split()} | _ALSO


def carrier_code(carrier: str, own: Mapping[str, str]) -> str:
    """The name by which eBay knows `carrier`: what `own` (from the settings) says, a well-known one, or `Other`."""
    if carrier in own:
        return own[carrier]
    name = _NOT_IN_NAME.sub("", carrier.lower())
    mine = {_NOT_IN_NAME.sub("", key.lower()): code for key, code in own.items()}
    return mine.get(name) or _KNOWN.get(name, OTHER)
