"""`orderctl web` on a real shop and a real port: pages, facets, refusals, and a store that nobody touches."""

from __future__ import annotations

import hashlib
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from orderctl.core.errors import Exit, UsageError
from orderctl.steps import web
from orderctl.store.web_questions import QUESTIONS
from orderctl.store.web_views import VIEWS
from orderctl.wire import extras, loopback
from tests.browsing import Site, site
from tests.cli.shop import ORDERCTL
from tests.shop import Shop, a_shop, an_order_row

FILES = {"orderctl.db", "orderctl.db.lock", "orderctl.db.effects"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Two orders in hand, one held because it is expensive."""
    shop = a_shop(tmp_path_factory.mktemp("web"))
    shop.orders("web", an_order_row("1001"), an_order_row("1002", "LAMP"), an_order_row("1003", "TEE*40"))
    shop.run()
    return shop


@pytest.fixture(scope="module")
def pages(shop: Shop) -> Iterator[Site]:
    with site(shop.folder) as started:
        yield started


def digest(shop: Shop) -> bytes:
    return hashlib.sha256(shop.store.read_bytes()).digest()


def text(page: httpx.Response) -> str:
    """What a person sees of it, in one line."""
    body = re.sub(r"<(style|script).*?</\1>", "", page.text, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_the_front_page_names_every_question_and_view_and_what_waits(pages: Site):
    front = pages.get("/shop")

    assert [] == [one.title for one in (*QUESTIONS, *VIEWS) if one.title not in text(front)]
    assert "What is held, and why 1 " in text(front)


@pytest.mark.parametrize("name", [*(view.name for view in VIEWS), *(question.name for question in QUESTIONS)])
def test_every_page_can_be_opened(pages: Site, name: str):
    page = pages.get(f"/shop/{name}")

    assert 200 == page.status_code
    assert 'class="wrong"' not in page.text


def test_orders_are_counted_by_channel_state_and_location(pages: Site):
    page = pages.get("/shop/all_orders")

    assert ["channel", "country", "ships_from", "state"] == sorted(re.findall(r'id="facet-(\w+)"', page.text))
    assert "state dispatched 2 held 1" in text(page)
    assert ["WEB-1003"] == [row["order"] for row in pages.rows("/shop/all_orders", state="held")]


def test_what_a_column_means_stands_at_its_head(pages: Site):
    assert 'title="the locations that ship it"' in pages.get("/shop/all_orders").text


def test_a_view_is_narrowed_to_what_a_search_finds(pages: Site):
    assert ["WEB-1002-1"] == [row["shipment"] for row in pages.rows("/shop/all_shipments", _find="lamp")]
    assert [] == pages.rows("/shop/all_shipments", _find="nobody")


def test_csv_holds_nothing_that_a_spreadsheet_would_run(pages: Site):
    sql = {"sql": "select '=1+1' as formula, '-3' as number, \"order\" from all_orders where number = '1002'"}

    assert "formula,number,order\r\n'=1+1,-3,WEB-1002\r\n" == pages.get("/shop.csv", params=sql).text
    assert [{"formula": "=1+1", "number": "-3", "order": "WEB-1002"}] == pages.rows("/shop", **sql)


def test_a_question_is_answered_with_links_to_orders(pages: Site):
    page = pages.get("/shop/find", params={"text": "1002"})

    assert '<a href="/order/WEB-1002">WEB-1002</a>' in page.text
    assert "No order has all of these words" in text(pages.get("/shop/find", params={"text": "nobody"}))
    assert "No order has all of these words" not in text(pages.get("/shop/find"))


@pytest.mark.parametrize("name", ["WEB-1002", "WEB-1002-1", "web/1002", "id-1002"])
def test_an_order_has_a_page_by_any_of_its_names(pages: Site, name: str):
    page = text(pages.get(f"/order/{name}"))

    assert "WEB-1002 dispatched" in page
    assert "Ana Diaz 1 Main St New York NY 10001 US" in page
    assert "handed over to west" in page


def test_an_order_that_waits_says_why(pages: Site):
    assert "held: fraud since 2026-11-20 10:00 by hold/expensive" in text(pages.get("/order/WEB-1003"))


def test_an_order_that_nobody_knows_is_said_in_a_sentence(pages: Site):
    page = pages.get("/order/nobody")

    assert (404, True) == (page.status_code, "there is no order 'nobody'" in text(page).replace("&#39;", "'"))


@pytest.mark.parametrize(
    "path", ["/shop/orders", "/shop/order_search", "/shop/payload_blocks", "/-/settings", "/-/plugins", "/-/databases"]
)
def test_what_is_inside_has_no_page(pages: Site, path: str):
    assert 404 == pages.get(path).status_code


def test_the_store_cannot_be_downloaded(pages: Site):
    assert 403 == pages.get("/shop.db").status_code


def test_sql_reads_and_nothing_else(pages: Site):
    assert [{"n": 3}] == pages.rows("/shop", sql="select count(*) as n from orders")
    for sql in ("delete from orders", "select content from payload_blocks", "pragma query_only = 0"):
        assert 400 == pages.get("/shop", params={"sql": sql}).status_code


def test_what_was_typed_wrong_is_not_written_to_the_log(shop: Shop):
    with site(shop.folder) as pages:
        pages.get("/shop", params={"sql": "select 'ana@example.com' from nowhere"})
        code, _, err = pages.ended_by(signal.SIGTERM)

    assert (0, "") == (code, err)


def test_without_its_key_or_by_another_name_nothing_is_shown(pages: Site):
    assert 403 == httpx.get(f"{pages.base}/shop").status_code
    assert 421 == httpx.get(pages.url, headers={"host": "shop.example"}).status_code


def test_the_printed_address_opens_the_pages(pages: Site):
    with httpx.Client(follow_redirects=True) as browser:
        page = browser.get(pages.url)

    assert (200, f"{pages.base}/shop") == (page.status_code, str(page.url))


def test_looking_changes_no_byte_and_leaves_no_file(shop: Shop, pages: Site):
    before = digest(shop)
    for view in VIEWS:
        pages.get(f"/shop/{view.name}")

    assert before == digest(shop)
    assert {path.name for path in shop.folder.glob("orderctl.db*")} == FILES


def test_a_pass_goes_on_while_somebody_looks_and_is_seen_at_once(shop: Shop, tmp_path: Path):
    beside = shop.copy(tmp_path / "shop")
    with site(beside.folder) as pages:
        assert 3 == len(pages.rows("/shop/all_orders"))
        with beside.context() as ctx:
            ctx.db.execute("BEGIN IMMEDIATE")
            assert 3 == len(pages.rows("/shop/all_orders"))  # nobody waits for whoever writes
            ctx.db.rollback()
        beside.orders("web-more", an_order_row("1004"))
        code, _ = beside.run(at="2026-11-20T16:00:00Z")

        assert Exit.OK == code
        assert 4 == len(pages.rows("/shop/all_orders"))

    assert {path.name for path in beside.folder.glob("orderctl.db*")} == FILES


def test_what_a_redaction_takes_out_is_gone_from_the_pages_too(tmp_path: Path):
    shop = a_shop(tmp_path)
    shop.orders("web", an_order_row("1001"))
    shop.run()
    shop.answers("east", "monday", "WEB-1001-1,shipped,,,usps,9405511899223197428490,")
    shop.run(at="2026-11-21T15:00:00Z")
    with site(tmp_path) as pages:
        assert "Ana Diaz" in pages.get("/shop/all_orders").text
        redact = [ORDERCTL, "privacy", "redact", "--email", "ana@example.com", "--yes"]
        subprocess.run(redact, cwd=tmp_path, check=True, capture_output=True)

        assert 1 == len(pages.rows("/shop/all_orders"))
        assert [] == pages.rows("/shop/find", text="ana diaz")
        assert [] == [view.name for view in VIEWS if "Ana Diaz" in pages.get(f"/shop/{view.name}").text]
        assert "Ana Diaz" not in pages.get("/order/WEB-1001").text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_well_and_without_a_word(shop: Shop, number: int):
    with site(shop.folder) as pages:
        pages.get("/shop")
        code, _, err = pages.ended_by(number)

    assert (0, "") == (code, err)


def test_a_program_gets_the_address_as_one_document(shop: Shop):
    with subprocess.Popen(
        [ORDERCTL, "web", "--port", "0", "--json"], cwd=shop.folder, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        said = "".join(iter(process.stdout.readline, "}\n")) + "}"
        process.terminate()

    assert {"url", "database"} == set(json.loads(said))


def refused(*arguments: str, folder: Path) -> tuple[int, str]:
    done = subprocess.run([ORDERCTL, "web", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert "" == done.stdout
    return done.returncode, done.stderr


def test_without_a_store_it_says_how_to_get_one(tmp_path: Path):
    code, said = refused(folder=a_shop(tmp_path).folder)

    assert 6 == code
    assert said.endswith("there is no store yet; next: orderctl run\n")


def test_a_taken_port_is_a_line_with_what_to_type(shop: Shop):
    with closing(loopback.listening(0)) as taken:
        port = loopback.port_of(taken)
        code, said = refused("--port", str(port), folder=shop.folder)

    assert (2, f"orderctl: port {port} of 127.0.0.1 cannot be used: address already in use;") == (
        code,
        said.partition(" nothing was started")[0],
    )


def test_without_the_extra_it_names_it(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(extras.EXTRAS, "web", ("nobody_has_this",))
    with shop.context(write=False) as ctx, pytest.raises(UsageError) as refusal, web.opened(ctx, 0):
        pass

    assert 2 == refusal.value.exit
    assert 'web needs nobody_has_this: pip install "orderctl[web]"' in str(refusal.value)


def test_no_other_command_loads_datasette(shop: Shop):
    program = (
        "import sys\nfrom orderctl.cli.app import run\nrun(['orders', 'list', '--json'])\n"
        "print({name.partition('.')[0] for name in sys.modules} & {'datasette', 'uvicorn', 'jinja2'}, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=shop.folder, capture_output=True, text=True, check=True)

    assert "set()\n" == done.stderr
