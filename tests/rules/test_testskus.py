from __future__ import annotations

import pytest

from orderctl.core.errors import ConfigError
from orderctl.rules import testfile
from orderctl.rules.known import Known
from orderctl.rules.load import load
from orderctl.rules.testrun import Runner
from tests.rules.deciding import some_places

PLACES = some_places()
RULES = """
version = 1
weight = "g"
[[location]]
name = "heavy"
when.line.weight = ">= 1 kg"
then.ship_from = ["west"]
[[location]]
name = "fragile"
when.line.tags = "fragile"
then.ship_from = ["north"]
[[location]]
name = "rest"
then.ship_from = ["east"]
then.if_short = "backorder"
"""


def run(text: str) -> list[str]:
    """What differs in a test with these lines."""
    known = Known.from_places(PLACES)
    head = 'now = 2026-11-20T10:00:00-05:00\n[[test]]\nname = "one"\norder.channel = "web"\norder.payment = "paid"\n'
    head += 'order.ship_to = { name = "A", line1 = "1 St", city = "X", country = "US", postcode = "10001" }\n'
    (test,) = testfile.read(testfile.parse(head + text, "t.toml"), known, "UTC")
    return list(Runner(load(RULES, "rules.toml", known), PLACES).run(test).differences)


def lines(*skus: str) -> str:
    listed = ", ".join(f'{{ sku = "{sku}", quantity = 1, unit_price = "1.00" }}' for sku in skus)
    return f"order.lines = [{listed}]\n"


def test_rules_see_what_a_test_says_of_its_skus():
    said = 'skus.ANVIL = { weight = "2 kg" }\nskus.VASE = { tags = ["fragile"], weight_g = 300 }\n'
    expected = (
        'expect.ship = [{ from = "west", lines = { ANVIL = 1 } }, { from = "north", lines = { VASE = 1 } },'
        ' { from = "east", lines = { MUG = 1 } }]\n'
    )

    assert [] == run(lines("ANVIL", "VASE", "MUG") + said + expected)


def test_a_kit_takes_its_parts():
    said = "stock.east = { CUP = 2, SAUCER = 1 }\nskus.SET = { parts = { CUP = 2, SAUCER = 1 } }\n"

    assert [] == run(lines("SET") + said + "expect.reserved.east = { CUP = 2, SAUCER = 1 }\n")


@pytest.mark.parametrize(
    ("stock", "reserved"), [("{ SET = 1, CUP = 2 }", "{ SET = 1 }"), ("{ CUP = 2 }", "{ CUP = 2 }")]
)
def test_a_kit_kept_assembled_takes_its_parts_when_it_runs_short(stock: str, reserved: str):
    said = f'stock.east = {stock}\nskus.SET = {{ parts = {{ CUP = 2 }}, explode = "if_short" }}\n'

    assert [] == run(lines("SET") + said + f"expect.reserved.east = {reserved}\n")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("skus = 1", "skus is not a table of SKUs"),
        ("skus.TEE.RED = 1", "skus.TEE: unknown key 'RED'"),
        ("skus.TEE = 1", "skus.TEE is not a table"),
        ('skus.TEE = { wieght = "1 kg" }', "did you mean 'weight'"),
        ('skus.TEE = { weight = "heavy" }', "is not a weight"),
        ('skus.TEE = { hazmat = "yes" }', "is neither true nor false"),
        ("skus.TEE = { category = 1 }", "is not a text"),
        ('skus.TEE = { explode = "never" }', "neither always nor if_short"),
        ("skus.TEE = { parts = { CUP = -1 } }", "is not a whole number"),
    ],
)
def test_what_a_test_says_wrongly_of_a_sku_is_found(said: str, words: str):
    with pytest.raises(ConfigError, match=words):
        run(lines("TEE") + said + '\nexpect.state = "routed"\n')
