from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.shop import Shop


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        ("5", "exit code", "Safe to run again"),
        ("unknown_sku", "exception", "orderctl orders cancel ORDER --reason"),
        ("E201", "channels.toml", "configuration file"),
        ("e110", "rules.toml", ""),
        ("store_difference", "check", "db check"),
    ],
)
def test_every_kind_of_code_is_explained_anywhere(tmp_path: Path, code: str, kind: str, said: str):
    answer = Shop(tmp_path).orderctl("help", code)

    assert 0 == answer.code
    assert f"{code.upper() if code[0] == 'e' else code}  {kind}" == answer.out.splitlines()[0]
    assert said in answer.out


def test_a_code_that_does_not_exist_is_asked_about(tmp_path: Path):
    answer = Shop(tmp_path).orderctl("help", "unknown_skus")

    assert 2 == answer.code
    assert "did you mean 'unknown_sku'?" in answer.err


def test_without_a_code_all_are_listed_by_kind(tmp_path: Path):
    text = Shop(tmp_path).orderctl("help").out
    rows = Shop(tmp_path).orderctl("help", "--json").json

    assert "exit code      0, 1, 2, 3, 4, 5, 6, 7, 130, 143\n" in text
    assert "orderctl --help" in text
    assert {"exit code", "exception", "rules.toml", "channels.toml", "check", "order"} == {row["kind"] for row in rows}


def test_a_finding_is_explained_with_an_example_and_what_to_type(tmp_path: Path):
    shop = Shop(tmp_path)

    text, row = shop.orderctl("help", "E111").out, shop.orderctl("help", "E111", "--json").json

    assert 'Wrong\n    [[hold]]\n    name = "example"\n    when.ship_to.contry = "US"\n' in text
    assert 'Right\n    [[hold]]\n    name = "example"\n    when.ship_to.country = "US"\n' in text
    assert text.endswith("Look again\n    orderctl rules check\n")
    assert ({"wrong", "right"}, "orderctl rules check") == (set(row["example"]), row["next"])
    assert "orderctl config check" in shop.orderctl("help", "E202").out
    assert (None, "") == tuple(shop.orderctl("help", "5", "--json").json[name] for name in ("example", "next"))
