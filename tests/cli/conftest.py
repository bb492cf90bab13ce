"""Shops that several tests begin with. Each is made once and copied, because every command is a process of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.shop import Shop, a_row, a_shop

TWO_MUGS = [{"id": "1", "sku": "MUG", "quantity": 2, "unit_price": "10.00", "weight_g": 300}]


@pytest.fixture(scope="session")
def handed_over(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = a_shop(tmp_path_factory.mktemp("shop"))
    shop.receive(a_row("1"), a_row("2", lines=TWO_MUGS, total="20.00"), a_row("3", total="many"))
    assert 3 == shop.orderctl("run").code
    return shop


@pytest.fixture
def a_day_later(handed_over: Shop, tmp_path: Path) -> Shop:
    """Orders 1 (a mug) and 2 (two) are handed to the east; the third was put aside, which is exception 1."""
    return handed_over.copy(tmp_path)
