"""Distances by kilometers: postcodes are imported once, and the nearer location sends."""

from __future__ import annotations

import pytest

from orderctl.core.errors import Exit, UsageError
from orderctl.steps import explain
from orderctl.steps.postcodes import postcodes_import
from tests.shop import CHANNELS, RULES, STOCK, Shop, an_order_row

NEAREST = RULES.replace('["fewest_shipments", "listed"]', '["nearest"]')
PLACED = CHANNELS.replace(
    'address = { country = "US", region = "NJ", postcode = "07102" }', "coordinates = [40.7357, -74.1724]"
).replace('address = { country = "US", region = "NV", postcode = "89502" }', "coordinates = [39.5296, -119.8138]")
OREGON = {"name": "Li Wei", "line1": "1 Pine St", "city": "Portland", "region": "OR", "country": "US"}


@pytest.fixture
def shop(tmp_path):
    shop = Shop(tmp_path)
    shop.write("channels.toml", PLACED)
    shop.write("rules.toml", NEAREST)
    shop.stock(**STOCK)
    shop.orders("web", an_order_row("1", "MUG"), an_order_row("2", "MUG", ship_to=OREGON | {"postcode": "97201-1234"}))
    return shop


def sent_from(shop: Shop) -> dict[str, str]:
    with shop.context() as ctx:
        return dict(ctx.db.execute("SELECT reference, location FROM shipments ORDER BY reference").fetchall())


def test_the_nearer_location_sends_once_postcodes_are_known(shop):
    file = shop.write(
        "postcodes.csv", "country,postcode,latitude,longitude\nUS,97201,45.5122,-122.6587\nUS,10001,40.75,-73.99\n"
    )
    with shop.context() as ctx:
        report = postcodes_import(ctx, file)
    shop.run()

    assert {"postcodes": 2} == dict(report.counts)
    assert {"WEB-1-1": "east", "WEB-2-1": "west"} == sent_from(shop)
    with shop.context(write=False) as ctx:
        assert "same" == explain.explain(ctx, "WEB-2").replay


def test_without_them_the_order_of_the_rule_decides(shop):
    shop.run()

    assert {"WEB-1-1": "east", "WEB-2-1": "east"} == sent_from(shop)


def test_a_file_of_geonames_is_read_as_it_comes(shop):
    file = shop.write(
        "US.txt", "US\t97201\tPortland\tOregon\tOR\tMultnomah\t051\t\t\t45.5122\t-122.6587\t4\nUS\t10001\n"
    )
    with shop.context() as ctx:
        report = postcodes_import(ctx, file)

    assert {"postcodes": 1, "left out": 1} == dict(report.counts)
    assert Exit.ATTENTION == report.exit


def test_the_same_file_again_changes_nothing_and_rows_that_are_wrong_are_named(shop):
    file = shop.write(
        "p.csv", "country,postcode,latitude,longitude\nUS,97201,95,0\nXX,1,1,1\nUS,,1,1\nDE,10405,52.54,13.42\n"
    )
    for _ in range(2):
        with shop.context() as ctx:
            report = postcodes_import(ctx, file)
            assert [{"file": str(file), "known": 1}] == report.items
    assert ["'95' is no latitude", "'XX' is no country", "has no postcode"] == [
        problem.message for problem in report.problems
    ]
    assert [f"{file} line {line}" for line in (2, 3, 4)] == [problem.subject for problem in report.problems]


def test_a_file_without_the_columns_is_refused_whole(shop):
    file = shop.write("p.csv", "zip,lat\n1,2\n")
    with shop.context() as ctx, pytest.raises(UsageError, match="has no column country, postcode, latitude, longitude"):
        postcodes_import(ctx, file)
