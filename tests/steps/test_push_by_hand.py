"""What a channel may have been told, and nobody can know: a person has looked there and says so."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from orderctl.core.errors import Exit, UsageError
from orderctl.steps import care, going_back, push_by_hand, views
from tests.destinations.api_shop import states, waiting
from tests.shop import Shop, a_shop, an_order_row

TOLD, BACK, LATER = "2026-11-20T16:00:00Z", "2026-11-20T17:00:00Z", "2026-11-20T18:00:00Z"


def a_shop_that_may_have_told(folder: Path) -> tuple[Shop, str]:
    """The channel was told of a parcel and took the file away; the store is put elsewhere as it was before."""
    shop = a_shop(folder / "there")
    shop.orders("web1", an_order_row("1"))
    shop.run()
    here = shop.copy(folder / "here")
    shop.answers("east", "one", "WEB-1-1,shipped,,,ups,1Z1,")
    here.answers("east", "one", "WEB-1-1,shipped,,,ups,1Z1,")
    shop.run(at=TOLD)
    shutil.copy(shop.folder / "orderctl.db.effects", here.folder)
    with here.context(at=BACK, put_back=True) as ctx:
        assert Exit.CHECK == going_back.reconcile(ctx).exit
    assert ["push_uncertain"] == waiting(here)
    return here, "put-back-tracking-1"


def resolve(shop: Shop, document: str, *, told: bool) -> None:
    with shop.context(at=BACK) as ctx:
        push_by_hand.resolve(ctx, "web", document, told=told)


def order_state(shop: Shop) -> str:
    with closing(sqlite3.connect(shop.store)) as db:
        return str(db.execute("SELECT state FROM orders").fetchone()[0])


def test_what_was_not_told_leaves_with_the_next_push(tmp_path):
    shop, document = a_shop_that_may_have_told(tmp_path)
    shop.run(at=BACK)
    assert {} == shop.files("outbox")

    resolve(shop, document, told=False)
    assert [] == waiting(shop)
    shop.run(at=LATER)

    (content,) = shop.files("outbox").values()
    assert (True, "closed", {"WEB-1-1": "shipped"}) == (b"1Z1" in content, order_state(shop), states(shop))


def test_what_was_told_is_not_told_again(tmp_path):
    shop, document = a_shop_that_may_have_told(tmp_path)

    resolve(shop, document, told=True)
    shop.run(at=LATER)

    assert ([], {}, "closed") == (waiting(shop), shop.files("outbox"), order_state(shop))


def test_the_answers_are_ready_to_paste(tmp_path):
    shop, document = a_shop_that_may_have_told(tmp_path)
    (row,) = shop.ask(views.exceptions_list)
    answers = [one["command"] for one in shop.ask(care.exception_show, row["id"])["answers"]]

    assert [f"orderctl channels resolve web {document} {said}" for said in ("--told", "--not-told")] == answers[:2]


def test_only_what_is_uncertain_is_answered(tmp_path):
    shop, document = a_shop_that_may_have_told(tmp_path)
    resolve(shop, document, told=True)

    for name in (document, "outbox/web/tracking-000001.csv"):
        with pytest.raises(UsageError, match="is uncertain"):
            resolve(shop, name, told=True)
