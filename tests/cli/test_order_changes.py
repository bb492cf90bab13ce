"""One order or many: what a person does with those that a filter takes, through the installed command."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.cli.screen import read_all
from tests.cli.shop import ORDERCTL, Shop, a_row, a_shop


@pytest.fixture(scope="module")
def routed(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = a_shop(tmp_path_factory.mktemp("shop"))
    shop.receive(
        a_row("1"), a_row("2", tags=["gift"]), a_row("3", payment="pending"), a_row("4", payment="pending"), file="web"
    )
    assert 0 == shop.orderctl("run", "--skip", "dispatch").code
    return shop


@pytest.fixture
def shop(routed: Shop, tmp_path: Path) -> Shop:
    """Orders 1 and 2 are routed to the east, 3 and 4 wait for their payment."""
    return routed.copy(tmp_path)


def states(shop: Shop) -> dict[str, list[str]]:
    return {row["number"]: row["holds"] for row in shop.orderctl("orders", "list", "--json").json}


def test_many_orders_are_changed_at_once_and_told_one_by_one(shop: Shop):
    said = shop.orderctl("orders", "hold", "--where", "state=routed", "--reason", "recall", "--yes", "--json")

    assert (0, {"held": 2}) == (said.code, said.json["counts"])
    assert ["WEB-1", "WEB-2"] == [item["order"] for item in said.json["items"]]
    assert {"1": ["recall"], "2": ["recall"], "3": ["payment"], "4": ["payment"]} == states(shop)


@pytest.mark.parametrize(("answer", "code", "held"), [("y\n", 0, ["recall"]), ("n\n", 2, []), ("\n", 2, [])])
def test_a_person_at_a_terminal_is_asked_with_the_number(shop: Shop, answer: str, code: int, held: list[str]):
    command = [ORDERCTL, "orders", "hold", "--where", "state=routed", "--reason", "recall"]
    main, side = pty.openpty()
    os.write(main, answer.encode())
    with subprocess.Popen(command, stdin=side, stdout=side, stderr=side, cwd=shop.folder) as process:
        os.close(side)
        said = read_all(main)

    assert "This holds 2 orders. Go on? [y/N]" in said
    assert (code, held) == (process.returncode, states(shop)["1"])


def test_without_a_terminal_the_answer_to_the_question_is_no(shop: Shop):
    before = shop.files()["orderctl.db"]
    said = shop.orderctl("orders", "cancel", "--where", "state=held,routed", "--reason", "recall")

    assert (2, "") == (said.code, said.out)
    assert "This cancels 4 orders. Go on? The answer was no; nothing was done; next: the same with --yes" in said.err
    assert before == shop.files()["orderctl.db"]


def test_a_dry_run_says_how_many_and_asks_nothing(shop: Shop):
    said = shop.orderctl("orders", "release", "--where", "hold=payment", "--dry-run", "--json")

    assert (0, {"released": 2}) == (said.code, said.json["counts"])
    assert ["payment"] == states(shop)["3"]


def test_what_cannot_be_done_to_one_of_many_is_left_alone_and_said(shop: Shop):
    said = shop.orderctl("orders", "release", "--where", "channel=web", "--hold", "payment", "--yes", "--json")

    assert (0, {"left alone": 2, "released": 2}) == (said.code, said.json["counts"])
    assert ["WEB-1", "WEB-2"] == sorted(one["order"] for one in said.json["items"] if "left_alone" in one)


def test_tags_are_put_on_found_and_taken_off_again(shop: Shop):
    assert 0 == shop.orderctl("orders", "tag", "--where", "hold=payment", "--tag", "chase", "--yes").code
    found = shop.orderctl("orders", "list", "--tag", "CHASE", "--columns", "number,tags", "--json").json
    gone = shop.orderctl("orders", "untag", "3", "--tag", "chase", "--json")
    theirs = shop.orderctl("orders", "untag", "2", "--tag", "gift")

    assert [{"number": "4", "tags": ["chase"]}, {"number": "3", "tags": ["chase"]}] == found
    assert {"tags removed": 1} == gone.json["counts"]
    assert (2, True) == (theirs.code, "the tag 'gift' is its channel's" in theirs.err)


def test_an_order_is_somebodys_until_it_is_given_up(shop: Shop):
    shop.orderctl("orders", "assign", "1", "--to", "maria")
    mine = shop.orderctl("orders", "list", "--assigned", "maria", "--json").json
    shop.orderctl("orders", "assign", "--where", "assigned=maria", "--to", "nobody", "--yes")

    assert ["1"] == [row["number"] for row in mine]
    assert [] == shop.orderctl("orders", "list", "--assigned", "maria", "--json").json


def test_many_orders_are_decided_anew_at_once(shop: Shop):
    said = shop.orderctl("orders", "reroute", "--where", "state=routed", "--yes", "--json")

    assert (0, 2) == (said.code, len(said.json["items"]))
    assert {"routed"} == {item["state"] for item in said.json["items"]}


def test_a_filter_that_takes_nothing_asks_nothing_and_does_nothing(shop: Shop):
    said = shop.orderctl("orders", "hold", "--where", "channel=web", "--where", "age=9d", "--reason", "x", "--json")

    assert (0, {}, []) == (said.code, said.json["counts"], said.json["items"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["hold", "--reason", "x"], "name one order, or choose some with --where"),
        (["hold", "1", "--where", "state=held", "--reason", "x"], "name one order, or choose some with --where"),
        (["hold", "--where", "stat=held", "--reason", "x"], "did you mean 'state'?"),
        (["hold", "--where", "state", "--reason", "x"], "--where state is not NAME=VALUE"),
        (["hold", "--where", "state=,", "--reason", "x"], "--where says nothing"),
        (["hold", "--where", "state=helt", "--reason", "x"], "did you mean 'held'?"),
        (["cancel", "--where", "state=held", "--line", "1=1", "--reason", "x"], "--line is about one order"),
        (["tag", "1"], "Missing option '--tag'"),
    ],
)
def test_what_is_not_clear_is_asked_about_before_anything_is_done(shop: Shop, arguments: list[str], said: str):
    answer = shop.orderctl("orders", *arguments)

    assert (2, "") == (answer.code, answer.out)
    assert said in answer.err
