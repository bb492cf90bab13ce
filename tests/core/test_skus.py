from __future__ import annotations

from orderctl.core import skus
from orderctl.core.stock import Sku

SET = {"CUP": 2, "SAUCER": 1}


def test_a_pack_of_six_takes_six_units_and_weighs_as_much():
    sold = skus.as_sold(Sku("TEE", weight_g=180, category="shirts"), 6)

    assert {"TEE": 6} == sold.components
    assert ("TEE", 1080, "shirts") == (sold.sku, sold.weight_g, sold.category)
    assert not skus.is_kit(sold)


def test_a_pack_of_kits_takes_all_their_parts():
    sold = skus.as_sold(skus.known("SET", {}, SET, {}), 3)

    assert {"CUP": 6, "SAUCER": 3} == sold.components
    assert skus.is_kit(sold)


def test_a_kit_without_a_weight_weighs_what_its_parts_do():
    assert 250 == skus.known("SET", {}, SET, {"CUP": 100, "SAUCER": 50}).weight_g
    assert 900 == skus.known("SET", {"weight_g": 900}, SET, {"CUP": 100, "SAUCER": 50}).weight_g
    assert skus.known("SET", {}, SET, {"CUP": 100, "SAUCER": None}).weight_g is None


def test_a_kit_that_is_kept_assembled_takes_itself_until_it_is_taken_apart():
    kept = skus.known("SET", {"explode": "if_short"}, SET, {})

    assert ({}, SET) == (kept.components, kept.assembled_from)
    apart = skus.taken_apart(kept)
    assert (SET, {}) == (apart.components, apart.assembled_from)
    assert skus.is_kit(kept)
    assert skus.is_kit(apart)


def test_what_rules_do_not_ask_about_is_no_part_of_what_they_see():
    assert Sku("MUG", hazmat=True, tags=("new",)) == skus.known(
        "MUG", {"title": "Mug", "cost_minor": 100, "hazmat": True, "tags": ["new"]}, {}, {}
    )
