from __future__ import annotations

from orderctl.core.countries import ALPHA_3, COUNTRIES, two_letters


def test_every_country_of_iso_3166_and_kosovo_is_known():
    assert 250 == len(COUNTRIES)
    assert {"US", "GB", "DE", "ZA", "AX", "XK"} <= COUNTRIES
    assert not {"UK", "EU", "us", "XX"} & COUNTRIES


def test_three_letters_lead_to_the_two_of_the_same_country():
    assert ("US", "US", "US", "DE", "CH", "XK") == tuple(map(two_letters, ("USA", "us", "usa ", "DEU", "CHE", "XKX")))
    assert set(COUNTRIES) == set(ALPHA_3.values())
    assert "Narnia" == two_letters("Narnia")
