"""Stock that a channel takes in parts, judging each number alone; and what is done about an answer that was lost."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

import pytest

from orderctl.channels.file import FileChannel
from orderctl.core.effects import Document, Receipt
from orderctl.core.errors import Exit
from tests.shop import STOCK, an_order_row
from tests.steps.test_publish import a_telling_shop, adjust, documents, waiting


class OfParts(FileChannel):
    """A channel that takes two SKUs at once and judges each alone."""

    at_once: ClassVar[Mapping[str, int]] = {"stock": 2}
    verdicts: ClassVar[dict[str, str]] = {}
    whole: ClassVar[str] = "accepted"

    def deliver(self, document: Document, key: str) -> Receipt:
        receipt = super().deliver(document, key)
        if "/stock-" not in document.name:
            return receipt
        named = [sku for sku in self.verdicts if f"\n{sku}," in document.content.decode().replace("\r", "")]
        return replace(
            receipt,
            outcome=self.whole,
            each={sku: Receipt(self.verdicts[sku], message="no such item") for sku in named},
        )


def test_a_channel_is_told_as_many_skus_at_once_as_it_takes_and_each_is_judged_alone(tmp_path, monkeypatch):
    monkeypatch.setattr("orderctl.channels.file.FileChannel", OfParts)
    monkeypatch.setattr(OfParts, "verdicts", {"LAMP": "refused"})
    shop = a_telling_shop(tmp_path)
    code, _ = shop.run()

    skus = len({**STOCK["east"], **STOCK["west"]})
    assert Exit.ATTENTION == code
    assert (skus + 1) // 2 == len(documents(shop))
    assert "stock_refused" in waiting(shop)

    assert (Exit.OK, (skus + 1) // 2) == (shop.run()[0], len(documents(shop)))  # the same number is not told again

    monkeypatch.setattr(OfParts, "verdicts", {})
    adjust(shop, "LAMP", "west", 2)
    shop.run()

    assert "stock_refused" not in waiting(shop)


_LAMP_AND_MUG = (
    "SELECT told, refused FROM published_stock WHERE channel = 'web' AND sku IN ('LAMP', 'MUG') ORDER BY sku"
)


def test_where_most_skus_are_refused_the_others_count_as_told(tmp_path, monkeypatch):
    monkeypatch.setattr("orderctl.channels.file.FileChannel", OfParts)
    monkeypatch.setattr(OfParts, "whole", "refused")
    monkeypatch.setattr(OfParts, "verdicts", {"MUG": "accepted"})
    shop = a_telling_shop(tmp_path)
    shop.run()
    handed = len(documents(shop))

    assert "stock_refused" in waiting(shop)
    with shop.context(write=False) as ctx:
        rows = ctx.db.execute(_LAMP_AND_MUG)
        assert [(None, 3), (14, None)] == rows.fetchall()
    shop.run()
    assert "MUG" not in "".join(shop.files("outbox")[name].decode() for name in documents(shop)[handed:])


@pytest.mark.parametrize("kind", ["stock", "tracking"])
def test_a_question_that_could_not_be_asked_repeats_numbers_and_nothing_else(tmp_path, monkeypatch, kind):
    monkeypatch.setattr("orderctl.channels.file.FileChannel", OfParts)
    shop = a_telling_shop(tmp_path)
    shop.orders("web", an_order_row("1", "MUG"))
    shop.run()
    if kind == "tracking":
        shop.answers("east", "a", "WEB-1-1,shipped,mug,1,ups,1Z1,")
    else:
        adjust(shop, "MUG", "east", 2)
    with contextlib.suppress(KeyboardInterrupt):  # the process dies once it has handed over
        monkeypatch.setattr(OfParts, "deliver", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        shop.run()
    monkeypatch.undo()
    monkeypatch.setattr("orderctl.channels.file.FileChannel", OfParts)
    monkeypatch.setattr(OfParts, "recover", lambda *_: Receipt("retry", message="nobody answers"))
    shop.run()
    with shop.context(write=False) as ctx:
        rows = ctx.db.execute("SELECT state FROM effects WHERE kind = ? ORDER BY effect_id DESC LIMIT 1", (kind,))
        assert ("accepted" if kind == "stock" else "sending",) == rows.fetchone()
