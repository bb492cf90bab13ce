"""Carriers as WooCommerce and its extensions call them, and where their parcels can be followed.

What is not in the table goes by its own name, as a carrier that the shop does not know.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class _Carrier:
    slug: str  # of WooCommerce's own fulfillments
    name: str  # of the Shipment Tracking extension, empty where that depends on the country
    url: str


_UPS = _Carrier("ups", "UPS", "https://www.ups.com/track?tracknum={}")
_USPS = _Carrier("usps", "USPS", "https://tools.usps.com/go/TrackConfirmAction?tLabels={}")
_FEDEX = _Carrier("fedex", "Fedex", "https://www.fedex.com/fedextrack/?trknbr={}")
_DHL = _Carrier("dhl", "", "https://www.dhl.com/global-en/home/tracking.html?tracking-id={}")
_DPD = _Carrier("dpd", "", "https://www.dpdgroup.com/be/mydpd/my-parcels/track?parcelNumber={}")
_GLS = _Carrier("", "", "https://gls-group.com/track/{}")
_CARRIERS = {
    "ups": _UPS,
    "usps": _USPS,
    "fedex": _FEDEX,
    "dhl": _DHL,
    "dhl express": _DHL,
    "dpd": _DPD,
    "gls": _GLS,
    "ontrac": _Carrier("", "OnTrac", "https://www.ontrac.com/tracking/?number={}"),
    "royal mail": _Carrier(
        "royal-mail", "Royal Mail", "https://www.royalmail.com/track-your-item#/tracking-results/{}"
    ),
    "canada post": _Carrier(
        "canada-post", "Canada Post", "https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor={}"
    ),
    "australia post": _Carrier("australia-post", "Australia Post", "https://auspost.com.au/mypost/track/#/details/{}"),
    "postnl": _Carrier("", "PostNL", "https://postnl.nl/tracktrace/?B={}"),
    "colissimo": _Carrier("", "Colissimo", "https://www.laposte.fr/outils/suivre-vos-envois?code={}"),
}
_NONE = _Carrier("", "", "")


def slug_of(carrier: str) -> str:
    """What fulfillments call `carrier`, empty for one they do not know."""
    return _of(carrier).slug


def name_in(carrier: str) -> str:
    """What the Shipment Tracking extension calls `carrier`, empty for one it does not know."""
    return _of(carrier).name


def url_of(carrier: str, number: str) -> str:
    """Where `number` can be followed, empty where that is not known."""
    url = _of(carrier).url
    return url.format(quote(number, safe="")) if url else ""


def _of(carrier: str) -> _Carrier:
    return _CARRIERS.get(carrier.casefold().replace("_", " ").replace("-", " ").strip(), _NONE)
