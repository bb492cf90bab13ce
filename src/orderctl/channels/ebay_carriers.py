"""Carriers by the names that eBay knows. One that it does not know goes as `Other`, and its number with it.

The names are those of the ShippingCarrierCodeType of eBay's Trading API.
"""

from __future__ import annotations

from collections.abc import Mapping

from orderctl.core.carriers import Names

OTHER = "Other"

#: eBay's names that are also what people call these carriers.
_SAME = (
    "AnPost ARAMEX AustraliaPost BPost CanPar ChinaPost Chronopost Colissimo CollectPlus Correos DeutschePost DHL "
    "DHLEXPRESS DHLGlobalMail DPD Fastway FedEx FedExSmartPost FourPX GLS Hermes HongKongPost IndiaPost IsraelPost "
    "JapanPost KoreaPost Landmark LAPOSTE MondialRelay MRW Nacex Parcelforce Philpost PocztaPolska PosteItaliane "
    "PostNL RoyalMail SDA Seur SINGAPOREPOST SpeeDee StarTrack SwissPost THAILANDPOST TNT TNTEXPRESS Toll UKMail UPS "
    "UPSMailInnovations USPS VietnamPost Winit YANWEN Yodel YRC"
)
#: By our ids, where eBay's name is another word.
_BY_ID = {
    "austrian_post": "OsterreichischePostAG",
    "brt": "Bartolini",
    "canada_post": "CPC",
    "dhl_ecommerce": "DHLGlobalMail",
    "evri": "Hermes",
    "old_dominion": "ODFL",
    "ontrac": "ONTRACK",
}
_NAMES = Names(_SAME.split(), _BY_ID)


def carrier_code(carrier: str, own: Mapping[str, str]) -> str:
    """The name by which eBay knows `carrier`: what `own` (from the settings) says, a well-known one, or `Other`."""
    return _NAMES.of(carrier, own) or OTHER
