"""Carriers: one id for each, the names that locations write, and the page where a parcel can be followed.

A name is known by its letters and digits alone, in any case. Words of a service behind it are told apart:
`UPS Ground` is the carrier `ups` with the service `Ground`. What nobody knows stays as it was written.
Sales channels keep what they call each carrier beside themselves, by these ids (`Names`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

#: Postal services that have no id of their own.
POSTAL = "postal"
#: Stands for the number in the address of a page.
NUMBER = "{n}"

_PLAIN_IN_ADDRESS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_NOT_IN_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Carrier:
    """One carrier. `family` is who it is a part of; `also` are other names, as `plain` has them."""

    id: str
    name: str
    url: str = ""
    also: tuple[str, ...] = ()
    family: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """What a text says: a carrier's id and the service behind its name. Both empty when it is no known carrier."""

    carrier: str = ""
    service: str = ""


def plain(name: str) -> str:
    """A name by its letters and digits, small: `Royal-Mail` -> `royalmail`."""
    return _NOT_IN_NAME.sub("", name.casefold())


def named(text: str, own: Iterable[str] = ()) -> Named:
    """The carrier that `text` names, with the service written behind it. `own` are carriers of the configuration."""
    ours = {plain(name): canonical(name) for name in own}
    words = text.replace("_", " ").split()
    for count in range(len(words), 0, -1):
        start, rest = plain("".join(words[:count])), words[count:]
        found = _BY_NAME.get(start) or ours.get(start, "")
        if found and all(plain(word) in _SERVICE_WORDS or plain(word).isdigit() for word in rest):
            return Named(found, " ".join(rest))
    return Named()


def canonical(name: str) -> str:
    """The id of a carrier by one of its names; what nobody knows stays as it is."""
    return _BY_NAME.get(plain(name), name)


def title(carrier: str) -> str:
    """What people call a carrier."""
    known = BY_ID.get(canonical(carrier))
    return known.name if known else carrier


def family(carrier: str) -> str:
    """Who a carrier is a part of; itself when it is no part."""
    known = BY_ID.get(carrier)
    return known.family if known and known.family else carrier


def tracking_url(carrier: str, number: str, own: Mapping[str, str]) -> str:
    """Where `number` can be followed, empty when that is not known. `own` (id -> address) comes first; '' = none."""
    carrier = canonical(carrier)
    known = BY_ID.get(carrier) or BY_ID.get(family(carrier))
    page = own.get(carrier, known.url if known else "")
    return page.replace(NUMBER, _quoted(number)) if number else ""


def _quoted(number: str) -> str:
    """A number as it may stand in an address."""
    return "".join(chr(byte) if byte in _PLAIN_IN_ADDRESS else f"%{byte:02X}" for byte in number.encode())


def told_of(own: Mapping[str, str], carrier: str) -> str:
    """What settings say of a carrier under any of its names; empty when they say nothing."""
    ours = plain(canonical(carrier))
    return own.get(carrier) or next((told for name, told in own.items() if plain(canonical(name)) == ours), "")


class Names:
    """What one sales channel calls carriers: the names it knows, and by id those that it spells in its own way."""

    def __init__(self, known: Iterable[str], by_id: Mapping[str, str]) -> None:
        self._by_id = by_id
        self._known = {plain(name): name for name in known}

    def of(self, carrier: str, own: Mapping[str, str]) -> str:
        """Its name of `carrier`: what `own` (from the settings) says, else a known one; empty when there is none."""
        our = canonical(carrier)
        for one in dict.fromkeys((our, family(our))):
            known = BY_ID.get(one)
            names = (plain(one), plain(known.name), *known.also) if known else (plain(one),)
            found = told_of(own, one) or self._by_id.get(one)
            found = found or next((self._known[name] for name in names if name in self._known), "")
            if found:
                return found
        return ""


#: Words that stand behind a carrier's name and do not make it another carrier.
_SERVICE_WORDS = frozenset(
    (
        "2day air am class day delivery direct domestic economy evening expedited express expressplus first firstclass "
        "ground groundadvantage home homedelivery intl international mail media next nextday overnight package packet "
        "paket parcel plus pm priority prioritymail regular residential rush saturday saver second select "
        "sameday signed smart standard standardovernight tracked untracked worldwide xpress 2nd 3day 1st 24h 48h gmbh "
        "inc ltd co ag de us usa uk gb ca group logistics service services ww advantage for"
    ).split()
)

_UPS = "https://www.ups.com/track?tracknum={n}"
_DHL = "https://www.dhl.com/global-en/home/tracking.html?tracking-id={n}"
_DHL_DE = "https://www.dhl.de/de/privatkunden/pakete-empfangen/verfolgen.html?piececode={n}"
_LA_POSTE = "https://www.laposte.fr/outils/suivre-vos-envois?code={n}"
_ANYWHERE = "https://t.17track.net/en#nums={n}"

CARRIERS = (
    Carrier("ups", "UPS", _UPS, ("unitedparcelservice",)),
    Carrier("ups_mi", "UPS Mail Innovations", _UPS, ("upsmi", "mailinnovations"), "ups"),
    Carrier(
        *("usps", "USPS", "https://tools.usps.com/go/TrackConfirmAction?tLabels={n}"),
        ("uspostalservice", "unitedstatespostalservice", "uspostal", "uspost"),
    ),
    Carrier(
        *("fedex", "FedEx", "https://www.fedex.com/fedextrack/?trknbr={n}"),
        ("federalexpress", "fdx", "fedexexpress", "fedexground", "fedexeconomy"),
    ),
    Carrier(
        *("fedex_smartpost", "FedEx SmartPost", "https://www.fedex.com/fedextrack/?trknbr={n}"),
        *(("fedexsp", "smartpost", "fedexgroundeconomy"), "fedex"),
    ),
    Carrier("dhl", "DHL", _DHL),
    Carrier("dhl_express", "DHL Express", _DHL, ("dhlworldwideexpress", "dhlexpressworldwide"), "dhl"),
    Carrier(
        *("dhl_ecommerce", "DHL eCommerce", "https://webtrack.dhlecs.com/?trackingnumber={n}"),
        *(("dhlglobalmail", "dhlecommerceus", "dhlecs", "globalmail"), "dhl"),
    ),
    Carrier(
        *("dhl_de", "DHL Paket", _DHL_DE, ("dhlparcelde", "dhlgermany", "dhlvertrieb", "dhldeutschland"), "dhl"),
    ),
    Carrier(
        *("deutsche_post", "Deutsche Post"),
        "https://www.deutschepost.de/sendung/simpleQuery.html?form.sendungsnummer={n}",
        ("deutschepostde", "deutschepostag"),
    ),
    Carrier("dpd", "DPD", "https://www.dpdgroup.com/be/mydpd/my-parcels/track?parcelNumber={n}", ("dpdgroup",)),
    Carrier("dpd_uk", "DPD UK", "https://track.dpd.co.uk/parcels/{n}", ("dpdlocal", "dpdlocaluk", "dpdgb"), "dpd"),
    Carrier(
        *("dpd_de", "DPD Germany", "https://tracking.dpd.de/status/en_US/parcel/{n}", ("dpdde", "dpddeutschland")),
        family="dpd",
    ),
    Carrier("gls", "GLS", "https://gls-group.com/track/{n}", ("generallogisticssystems", "glsgroup", "glsde", "glsit")),
    Carrier("hermes", "Hermes", "https://www.myhermes.de/empfangen/sendungsverfolgung/sendungsinformation/#{n}"),
    Carrier(
        *("hermes_de", "Hermes Germany"),
        "https://www.myhermes.de/empfangen/sendungsverfolgung/sendungsinformation/#{n}",
        *(("hermeslogistikgruppe", "hermesgermany"), "hermes"),
    ),
    Carrier("evri", "Evri", "https://www.evri.com/track/parcel/{n}", ("myhermes", "hermesuk"), "hermes"),
    Carrier(
        *("royal_mail", "Royal Mail", "https://www.royalmail.com/track-your-item#/tracking-results/{n}"),
        ("royalmailgroup",),
    ),
    Carrier("parcelforce", "Parcelforce", "https://www.parcelforce.com/track-trace?trackNumber={n}"),
    Carrier("yodel", "Yodel", "https://www.yodel.co.uk/tracking/{n}"),
    Carrier("an_post", "An Post", also=("anpostireland",)),
    Carrier("la_poste", "La Poste", _LA_POSTE, ("laposte",)),
    Carrier("colissimo", "Colissimo", _LA_POSTE, ("colissimodomestic",), "la_poste"),
    Carrier("chronopost", "Chronopost", "https://www.chronopost.fr/tracking-no-cms/suivi-page?listeNumerosLT={n}"),
    Carrier("mondial_relay", "Mondial Relay"),
    Carrier("postnl", "PostNL", "https://postnl.nl/tracktrace/?B={n}", ("tntpost", "postnlinternational")),
    Carrier("bpost", "bpost", "https://track.bpost.cloud/btr/web/#/search?itemCode={n}", ("bpostbelgium",)),
    Carrier("austrian_post", "Austrian Post", also=("postat", "osterreichischepost", "sterreichischepost")),
    Carrier("swiss_post", "Swiss Post", "https://service.post.ch/ekp-web/ui/entry/search/{n}", ("postch", "dieposte")),
    Carrier("correos", "Correos", also=("postes", "correosspain")),
    Carrier("seur", "SEUR"),
    Carrier("poste_italiane", "Poste Italiane"),
    Carrier("brt", "BRT", also=("bartolini",)),
    Carrier("inpost", "InPost", "https://inpost.pl/sledzenie-przesylek?number={n}"),
    Carrier("poczta_polska", "Poczta Polska"),
    Carrier("postnord", "PostNord"),
    Carrier("tnt", "TNT", also=("tntexpress",)),
    Carrier(
        *(
            "canada_post",
            "Canada Post",
            "https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor={n}",
        ),
        ("postescanada", "canadapostcorporation"),
    ),
    Carrier("purolator", "Purolator", "https://www.purolator.com/en/shipping/tracker?pin={n}"),
    Carrier("canpar", "Canpar", "https://www.canpar.com/en/tracking/track.htm?barcode={n}", ("canparexpress",)),
    Carrier("ontrac", "OnTrac", "https://www.ontrac.com/tracking/?number={n}", ("ontrack",)),
    Carrier("lasership", "LaserShip", "https://www.lasership.com/track/{n}"),
    Carrier("lso", "LSO", also=("lonestarovernight",)),
    Carrier("osm", "OSM Worldwide", also=("osmworldwide",)),
    Carrier("uds", "UDS", also=("uniteddeliveryservice",)),
    Carrier("newgistics", "Newgistics", also=("pitneybowes",)),
    Carrier("old_dominion", "Old Dominion", also=("odfl", "olddominionfreightline")),
    Carrier(
        "amazon_logistics", "Amazon Logistics", "https://www.swiship.com/track?id={n}", ("amazon", "amzl", "amzlus")
    ),
    Carrier(
        *("australia_post", "Australia Post", "https://auspost.com.au/mypost/track/#/details/{n}"),
        ("auspost", "eparcel"),
    ),
    Carrier("sendle", "Sendle", "https://track.sendle.com/tracking?ref={n}"),
    Carrier("fastway", "Fastway"),
    Carrier("toll", "Toll"),
    Carrier("nz_post", "NZ Post", also=("newzealandpost",)),
    Carrier("japan_post", "Japan Post"),
    Carrier("yamato", "Yamato", also=("yamatotransport", "kuronekoyamato")),
    Carrier("sagawa", "Sagawa", also=("sagawaexpress",)),
    Carrier("korea_post", "Korea Post"),
    Carrier("hongkong_post", "Hongkong Post", also=("hkpost",)),
    Carrier("singapore_post", "Singapore Post", also=("singpost",)),
    Carrier("india_post", "India Post"),
    Carrier("china_post", "China Post", _ANYWHERE),
    Carrier("sf_express", "SF Express", also=("shunfeng",)),
    Carrier("4px", "4PX", "https://track.4px.com/#/result/0/{n}", ("fourpx", "4pxexpress")),
    Carrier("yunexpress", "YunExpress", "https://www.yuntrack.com/parcelTracking?id={n}", ("yuntu",)),
    Carrier("yanwen", "Yanwen", also=("yanwenexpress",)),
    Carrier("aramex", "Aramex", "https://www.aramex.com/track/results?ShipmentNumber={n}"),
    Carrier("landmark", "Landmark Global", "https://track.landmarkglobal.com/?search={n}", ("landmarkglobal",)),
    Carrier("asendia", "Asendia", also=("asendiausa",)),
    Carrier(POSTAL, "Postal service", _ANYWHERE),
)
BY_ID: Mapping[str, Carrier] = {carrier.id: carrier for carrier in CARRIERS}
_BY_NAME = {
    name: carrier.id for carrier in CARRIERS for name in (plain(carrier.id), plain(carrier.name), *carrier.also)
} | {"deutschepostdhl": "dhl_de", "dhldeutschepost": "dhl_de", "dhlparcel": "dhl_de"}
