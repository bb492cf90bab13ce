from __future__ import annotations

import pytest

from orderctl.core.customs import Declared, is_border, lacking
from orderctl.core.stock import Sku
from tests.builders import a_line

ALL = Declared(hs_code=True, origin=True)


@pytest.mark.parametrize(
    ("origin", "destination", "expected"),
    [
        *(("US", "US", False), ("US", "CA", True), ("NL", "DE", False), ("NL", "GB", True), ("GB", "DE", True)),
        *(("FR", "MC", False), ("CH", "LI", False), ("US", "PR", False), ("DE", "CH", True), ("", "DE", False)),
    ],
)
def test_customs_stand_between_territories_not_between_countries(origin: str, destination: str, expected: bool):
    assert expected == is_border(origin, destination)


def test_everything_is_lacking_of_a_sku_that_nobody_said_anything_of():
    assert "HS code, origin" == lacking(a_line("MUG"), Sku("MUG"), {})
    assert "" == lacking(a_line("MUG"), Sku("MUG"), {"MUG": ALL})


def test_what_is_given_away_is_worth_what_it_cost():
    gift = a_line("MUG", amount_minor=0)

    assert "value" == lacking(gift, Sku("MUG"), {"MUG": ALL})
    assert "" == lacking(gift, Sku("MUG"), {"MUG": ALL._replace(value=True)})


PARTS = {"CUP": 2, "SAUCER": 1}


@pytest.mark.parametrize("kit", [Sku("SET", components=PARTS), Sku("SET", assembled_from=PARTS)])
def test_a_kit_is_declared_by_its_parts_where_nothing_is_known_of_itself(kit: Sku):

    assert "origin" == lacking(a_line("SET"), kit, {"CUP": ALL, "SAUCER": Declared(hs_code=True)})
    assert "" == lacking(a_line("SET"), kit, {"CUP": ALL, "SAUCER": ALL})
    assert "" == lacking(a_line("SET"), kit, {"SET": ALL})


def test_a_pack_is_declared_as_what_is_in_it():
    assert "" == lacking(a_line("WEB-PACK"), Sku("MUG", components={"MUG": 6}), {"MUG": ALL})
