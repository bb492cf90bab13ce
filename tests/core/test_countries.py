from __future__ import annotations

from orderctl.core.countries import COUNTRIES


def test_every_country_of_iso_3166_and_kosovo_is_known():
    assert 250 == len(COUNTRIES)
    assert {"US", "GB", "DE", "ZA", "AX", "XK"} <= COUNTRIES
    assert not {"UK", "EU", "us", "XX"} & COUNTRIES
