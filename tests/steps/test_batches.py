from __future__ import annotations

import io

import pytest
from python_calamine import load_workbook

from orderctl.core.errors import ConfigError, Exit, UsageError
from orderctl.steps import batches, collect, configuration, pull, route
from tests.shop import CHANNELS, RULES, Shop, a_shop, an_order_row

EAST = 'path = "out/east/{date}-{batch}.csv"'
ACME = 'path = "out/acme/{date}-{batch}.csv"'
SHOP = '[shop]\nname = "Kettle & Cup"\n\n[location.east]\n'
PAPERS = (
    CHANNELS.replace("[location.east]\n", SHOP)
    .replace(EAST, f'{EAST}, documents = ["packing-slip.pdf", "slip.txt.j2"]')
    .replace(ACME, 'path = "out/acme/{batch}.xlsx", format = "xlsx", template = "purchase-order"')
    .replace('kind  = "supplier"', 'kind = "supplier"\ncosts = "acme.csv"')
)
SLIP = "{{ sender.shop }}:{% for s in shipments %} {{ s.reference }} {{ s.paid }}{% endfor %}"


@pytest.fixture
def shop(tmp_path):
    shop = a_shop(tmp_path, PAPERS)
    shop.write("slip.txt.j2", SLIP)
    shop.write("acme.csv", "sku,cost,currency,supplier_sku\nRING-1,7.50,EUR,R-1\n")
    shop.stock(acme={"RING-1": 5})
    shop.orders("web", an_order_row("1", "MUG*2", "TEE"), an_order_row("2", "RING-1"))
    return shop


def routed(shop: Shop) -> None:
    with shop.context() as ctx:
        for step in (pull.pull, collect.collect, route.route):
            step(ctx)


def test_documents_beside_a_batch_lie_beside_its_file(shop):
    assert Exit.OK == shop.run()[0]
    name = "out/east/2026-11-20-0001.csv"
    files = shop.files("out/east")

    assert [name, f"{name}.packing-slip.pdf", f"{name}.slip.txt"] == list(files)
    assert b"Kettle & Cup: WEB-1-1 60.00" == files[f"{name}.slip.txt"]


def test_a_purchase_order_says_what_the_supplier_calls_it_and_what_it_costs(shop):
    shop.run()
    header, row = (
        load_workbook(io.BytesIO(shop.files("out/acme")["out/acme/0001.xlsx"])).get_sheet_by_index(0).to_python()
    )
    said = dict(zip(header, row, strict=True))

    assert ("RING-1", "R-1", "7.50", "EUR", "Ana Diaz") == tuple(
        said[name] for name in ("sku", "supplier_sku", "cost", "cost_currency", "name")
    )


def test_a_preview_is_what_would_be_handed_over_and_hands_nothing_over(shop):
    routed(shop)
    _, seen = shop.ask(batches.preview, "east")
    assert {} == shop.files("out")
    shop.run()

    assert {seen.name: seen.content, **{one.name: one.content for one in seen.beside}} == shop.files("out/east")


def test_a_preview_shows_any_document_by_its_name(shop):
    routed(shop)
    batch, document = shop.ask(batches.preview, "east", "packing-slip.csv")

    assert ["WEB-1-1"] == [shipment.reference for shipment in batch.shipments]
    assert "east-0001.packing-slip.csv" == document.name
    assert b"WEB-1-1" in document.content
    assert b"Kettle & Cup: WEB-1-1 60.00" == shop.ask(batches.preview, "east", "slip.txt.j2")[1].content


@pytest.mark.parametrize(
    ("location", "named", "complaint"),
    [
        ("west", "", "nothing is due at 'west' now"),
        ("easd", "", "did you mean 'east'"),
        ("east", "packing.pdf", "is not a document"),
        ("east", "none.txt.j2", "there is no such file"),
    ],
)
def test_what_cannot_be_shown_is_said(shop, location, named, complaint):
    routed(shop)

    with pytest.raises(UsageError, match=complaint):
        shop.ask(batches.preview, location, named)


def test_every_document_of_a_batch_is_made_once_more_as_it_was(shop):
    shop.run()
    for location in ("east", "acme"):
        document, same = shop.ask(batches.reprint, location, 1)
        assert same is True
        assert {one.name: one.content for one in (document, *document.beside)} == shop.files(f"out/{location}")


def test_a_template_with_a_name_that_is_not_there_is_a_finding_with_its_line(shop):
    shop.write("slip.txt.j2", "{{ shipmetns }}")
    (finding,) = configuration.check(shop.config).findings

    assert "slip.txt.j2: 'shipmetns' is not a name here; did you mean 'shipments'?" in finding.message
    assert "[location.east] send" in finding.message
    assert finding.line > 0
    with pytest.raises(ConfigError):
        shop.run()


def test_a_table_of_costs_that_is_wrong_stops_its_location_alone(shop):
    shop.write("acme.csv", "sku,cost\nRING-1,much\n")
    code, reports = shop.run()

    assert Exit.REMOTE == code
    assert ["acme"] == [problem.subject for report in reports for problem in report.problems]
    assert [] == list(shop.files("out/acme"))
    assert 3 == len(shop.files("out/east"))


def test_a_shipment_that_a_template_cannot_cope_with_stays_back_alone(tmp_path):
    shop = a_shop(tmp_path, CHANNELS.replace(EAST, 'path = "out/east/{batch}.json", template = "orders.json.j2"'))
    shop.write(
        "orders.json.j2", '[{% for s in shipments %}"{{ s.gift_message|trim|replace("\\n", " ") }}",{% endfor %} 0]'
    )
    shop.orders("web", an_order_row("1", gift_message='a "quote"'), an_order_row("2", gift_message="fine"))
    shop.run()

    assert {"out/east/0001.json": b'["fine", 0]'} == shop.files("out")
    assert "planned" in {row["state"] for row in _shipments(shop)}


def _shipments(shop: Shop) -> list[dict[str, str]]:
    from orderctl.steps import shipments

    rows: list[dict[str, str]] = shop.ask(shipments.shipments_list)
    return rows


def test_a_batch_is_printed_again_in_the_order_in_which_it_left(tmp_path):
    """Urgent orders stand first, however late they came."""
    shop = a_shop(tmp_path)
    shop.orders("web", an_order_row("1"), an_order_row("2", priority="urgent"), an_order_row("3"))
    shop.run()

    document, same = shop.ask(batches.reprint, "east", 1)

    assert same
    assert document.content.index(b"WEB-2-1") < document.content.index(b"WEB-1-1")


def test_shipments_that_rules_put_into_a_batch_of_their_own_leave_in_their_own_file(tmp_path):
    gifts = '[[enhance]]\nname = "gifts"\nwhen.po_number = "GIFT"\nthen.batch = "gifts"\n'
    shop = a_shop(tmp_path, rules=RULES + gifts)
    shop.orders("web", an_order_row("1"), an_order_row("2", po_number="GIFT"), an_order_row("3"))

    shop.run()

    usual, special = shop.files("out/east").items()
    assert ["out/east/2026-11-20-0001.csv", "out/east/2026-11-20-0002-gifts.csv"] == [usual[0], special[0]]
    assert [(True, False, True), (False, True, False)] == [
        tuple(f"WEB-{number}-1".encode() in content for number in (1, 2, 3)) for _, content in (usual, special)
    ]
    assert shop.ask(batches.reprint, "east", 2)[1] is True
