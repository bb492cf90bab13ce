"""What cron's mail says of a pass, day after day."""

from __future__ import annotations

from pathlib import Path

from orderctl.core.times import later
from orderctl.steps.quiet import Telling, worth_telling
from orderctl.steps.run import run
from tests.shop import NOW, Shop, a_shop, an_order_row


def told(shop: Shop, after_s: int = 0, skip: tuple[str, ...] = ()) -> Telling:
    with shop.context(at=later(NOW, after_s)) as ctx:
        return worth_telling(ctx, run(ctx, skip=skip))


def subjects(telling: Telling) -> list[tuple[str, str]]:
    return [(step, problem.subject) for step, problem in telling.problems]


def a_shop_whose_east_cannot_be_reached(folder: Path) -> Shop:
    shop = a_shop(folder)
    shop.orders("web1", an_order_row("1"))
    shop.write("out/east", "a file where a folder should be")
    return shop


def test_a_location_that_stays_unreachable_is_told_once_a_day(tmp_path: Path):
    shop = a_shop_whose_east_cannot_be_reached(tmp_path)

    assert [("dispatch", "east")] == subjects(told(shop))
    assert [] == subjects(told(shop, 300))
    assert [("dispatch", "east")] == subjects(told(shop, 24 * 3600))


def test_a_location_that_works_again_is_told_with_since_when_it_did_not(tmp_path: Path):
    shop = a_shop_whose_east_cannot_be_reached(tmp_path)
    told(shop)
    (tmp_path / "out/east").unlink()

    over, quiet = told(shop, 300), told(shop, 600)

    assert [("dispatch", "east", NOW)] == [(one.step, one.subject, one.since) for one in over.recovered]
    assert ((), ()) == (quiet.problems, quiet.recovered)


def test_a_pass_that_left_the_step_out_does_not_call_it_mended(tmp_path: Path):
    shop = a_shop_whose_east_cannot_be_reached(tmp_path)
    told(shop)

    assert () == told(shop, 300, skip=("dispatch",)).recovered


def test_what_is_new_is_told_whatever_else_lasts(tmp_path: Path):
    shop = a_shop_whose_east_cannot_be_reached(tmp_path)
    told(shop)
    shop.orders("web2", an_order_row("2", "NEVER-HEARD-OF"))

    assert [("route", "WEB-2")] == subjects(told(shop, 300))


def test_a_pass_with_nothing_to_remember_writes_nothing_down(tmp_path: Path):
    shop = a_shop(tmp_path)

    with shop.context() as ctx:
        reports = run(ctx)
        before = ctx.db.total_changes
        worth_telling(ctx, reports)

        assert before == ctx.db.total_changes
