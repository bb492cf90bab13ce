"""Verdicts on addresses of many countries, right and wrong ones, with what a person is told of the wrong ones."""

from __future__ import annotations

import pytest

from orderctl.core.orders import Address
from orderctl.wire.addresses import judged

#: country, region, postcode, city, line1 -> verdict, the parts that led to it, words of the hint
TABLE = [
    ("US", "NY", "10001", "New York", "1 Main St", "ok", (), ""),
    ("US", "New York", "10001-1234", "New York", "1 Main St", "ok", (), ""),
    ("US", "ny", "100011234", "New York", "1 Main St", "ok", (), ""),
    ("US", "US-CA", "94110", "San Francisco", "Apt 4", "ok", (), ""),
    ("US", "PR", "00901", "San Juan", "Calle Luna 7", "ok", (), ""),
    ("US", "AE", "09012", "APO", "PSC 1 Box 2", "ok", (), ""),
    ("US", "CA", "10001", "Los Angeles", "1 Main St", "suspect", ("postcode",), "it lies in New York (NY)"),
    ("US", "Californa", "90001", "Los Angeles", "1 Main St", "suspect", ("region",), "mean California (CA)?"),
    ("US", "ZZ", "90001", "Los Angeles", "1 Main St", "suspect", ("region",), ""),
    ("US", "", "97201", "Portland", "1 Main St", "suspect", ("region",), "lies in Oregon (OR)"),
    ("US", "NY", "1001", "New York", "1 Main St", "suspect", ("postcode",), "looks like 95014"),
    ("US", "NY", "", "New York", "1 Main St", "incomplete", ("postcode",), ""),
    ("US", "NY", "10001", "", "1 Main St", "incomplete", ("city",), ""),
    ("US", "NY", "10001", "New York", "", "incomplete", ("line1",), ""),
    ("CA", "ON", "K1A 0B1", "Ottawa", "111 Wellington St", "ok", (), ""),
    ("CA", "Ontario", "k1a0b1", "Ottawa", "111 Wellington St", "ok", (), ""),
    ("CA", "Québec", "H2X 1Y4", "Montréal", "1 rue X", "ok", (), ""),
    ("CA", "ON", "V5K 0A1", "Toronto", "1 King St", "suspect", ("postcode",), "British Columbia (BC)"),
    ("CA", "ON", "12345", "Toronto", "1 King St", "suspect", ("postcode",), "looks like"),
    ("CA", "", "M5V 2T6", "Toronto", "1 King St", "suspect", ("region",), "Ontario (ON)"),
    ("AU", "NSW", "2000", "Sydney", "1 George St", "ok", (), ""),
    ("AU", "Victoria", "3000", "Melbourne", "1 Swanston St", "ok", (), ""),
    ("AU", "NSW", "3000", "Sydney", "1 George St", "suspect", ("postcode",), "Victoria (VIC)"),
    ("AU", "WA", "60000", "Perth", "1 Hay St", "suspect", ("postcode",), "looks like"),
    ("GB", "", "EC1Y 8SY", "London", "1 Old St", "ok", (), ""),
    ("GB", "Greater London", "ec1y8sy", "London", "1 Old St", "ok", (), ""),
    ("GB", "", "BFPO 58", "BFPO", "Unit 7", "ok", (), ""),
    ("GB", "", "12345", "London", "1 Old St", "suspect", ("postcode",), "looks like EC1Y 8SY"),
    ("GB", "", "", "London", "1 Old St", "incomplete", ("postcode",), ""),
    ("DE", "", "10115", "Berlin", "Invalidenstraße 1", "ok", (), ""),
    ("DE", "Bayern", "80331", "München", "Marienplatz 1", "ok", (), ""),
    ("DE", "", "1011", "Berlin", "Invalidenstraße 1", "suspect", ("postcode",), "looks like 26133"),
    ("DE", "", "D-10115", "Berlin", "Invalidenstraße 1", "suspect", ("postcode",), "looks like 26133"),
    ("FR", "", "75001", "Paris", "1 rue de Rivoli", "ok", (), ""),
    ("FR", "", "7500", "Paris", "1 rue de Rivoli", "suspect", ("postcode",), "looks like 33380"),
    ("NL", "", "1012 AB", "Amsterdam", "Dam 1", "ok", (), ""),
    ("NL", "Noord-Holland", "1012ab", "Amsterdam", "Dam 1", "ok", (), ""),
    ("NL", "", "1012", "Amsterdam", "Dam 1", "suspect", ("postcode",), "looks like 1234 AB"),
    ("IT", "RM", "00184", "Roma", "Via Cavour 1", "ok", (), ""),
    ("IT", "Roma", "00184", "Roma", "Via Cavour 1", "ok", (), ""),
    ("IT", "", "00184", "Roma", "Via Cavour 1", "ok", (), ""),
    ("IT", "RM", "184", "Roma", "Via Cavour 1", "suspect", ("postcode",), "looks like"),
    ("ES", "M", "28013", "Madrid", "Calle Mayor 1", "ok", (), ""),
    ("ES", "Madrid", "28013", "Madrid", "Calle Mayor 1", "ok", (), ""),
    ("ES", "B", "28013", "Barcelona", "Calle Mayor 1", "suspect", ("postcode",), "lies in Madrid (M)"),
    ("BR", "SP", "01310-100", "São Paulo", "Av. Paulista 1", "ok", (), ""),
    ("BR", "SP", "01310100", "São Paulo", "Av. Paulista 1", "ok", (), ""),
    ("BR", "RJ", "01310-100", "Rio de Janeiro", "Av. 1", "suspect", ("postcode",), "São Paulo (SP)"),
    ("JP", "東京都", "100-0001", "千代田区", "千代田1-1", "ok", (), ""),
    ("JP", "JP-13", "1000001", "Chiyoda", "1-1", "ok", (), ""),
    ("JP", "", "100001", "Chiyoda", "1-1", "suspect", ("postcode",), "looks like 154-0023"),
    ("IE", "", "", "Dublin", "1 Main Street", "ok", (), ""),
    ("IE", "D", "D02 AF30", "Dublin", "1 Main Street", "ok", (), ""),
    ("AE", "", "", "Dubai", "Sheikh Zayed Rd 1", "ok", (), ""),
    ("HK", "", "", "", "1 Nathan Road", "ok", (), ""),
    ("SG", "", "018956", "", "10 Bayfront Ave", "ok", (), ""),
    ("SG", "", "18956", "", "10 Bayfront Ave", "suspect", ("postcode",), "looks like"),
    ("MX", "CMX", "06000", "Ciudad de México", "Zócalo 1", "ok", (), ""),
    ("MX", "CMX", "6000", "Ciudad de México", "Zócalo 1", "suspect", ("postcode",), "looks like"),
    ("SE", "", "111 20", "Stockholm", "Drottninggatan 1", "ok", (), ""),
    ("SE", "", "1112", "Stockholm", "Drottninggatan 1", "suspect", ("postcode",), "looks like"),
    ("CH", "ZH", "8001", "Zürich", "Bahnhofstrasse 1", "ok", (), ""),
    ("AT", "", "1010", "Wien", "Ring 1", "ok", (), ""),
    ("PL", "", "00-001", "Warszawa", "ul. Złota 1", "ok", (), ""),
    ("PT", "", "1000-001", "Lisboa", "Rua Augusta 1", "ok", (), ""),
    ("NZ", "", "6011", "Wellington", "1 Lambton Quay", "ok", (), ""),
    ("IN", "Maharashtra", "400001", "Mumbai", "1 MG Road", "ok", (), ""),
    ("IN", "MH", "400001", "Mumbai", "1 MG Road", "ok", (), ""),
    ("XX", "", "1", "Nowhere", "1 Main St", "invalid", ("country",), ""),
    ("", "", "1", "Nowhere", "1 Main St", "invalid", ("country",), ""),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: " ".join(row[:4]))
def test_an_address_is_judged_by_what_is_known_of_its_country(row):
    country, region, postcode, city, line1, verdict, parts, words = row
    found = judged(Address("Ana Diaz", "", line1, city=city, region=region, postcode=postcode, country=country))

    assert (verdict, parts) == (found.verdict, found.parts)
    assert words in " ".join(found.hints)


def test_the_table_is_of_many_countries():
    assert len(TABLE) >= 60
    assert len({row[0] for row in TABLE}) >= 15


def test_what_no_parcel_is_addressed_to_stays_suspect_whatever_the_country_says():
    found = judged(Address(name="Ana", line1="ana@example.com", city="Berlin", postcode="1", country="DE"))

    assert ("suspect", ("line1", "postcode")) == (found.verdict, found.parts)
