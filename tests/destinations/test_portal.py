from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from pydantic import ValidationError

from orderctl.core.errors import Exit
from orderctl.destinations.portal import Portal
from orderctl.wire.opening import Opening
from tests.destinations.contract import SendingContract, a_batch
from tests.shop import CHANNELS, a_shop, an_order_row
from tests.wire.publishing import PublishingContract

SAY = "log in at https://portal.zenith.example and choose Orders, Upload"


def way(base, **settings):
    stated = {"path": "upload/{location}-{batch}.csv", "say": SAY, **settings}
    return Portal("zenith", Portal.Settings.model_validate(stated, context={"role": "send"}), Opening(base), "send")


class TestPortal(SendingContract, PublishingContract):
    def sender(self, base):
        return way(base)

    def publisher(self, base):
        return way(base)

    def document(self, publisher, number=1):
        return publisher.render(a_batch(number))


def test_a_file_says_what_is_to_be_done_with_it(tmp_path):
    assert f"upload upload/east-0001.csv: {SAY}" == way(tmp_path).render(a_batch()).todo


@pytest.mark.parametrize("role", ["confirm", "stock_feed"])
def test_a_portal_only_takes_work(role):
    with pytest.raises(ValidationError, match="only takes work"):
        Portal.Settings.model_validate({"path": "x", "say": SAY}, context={"role": role})


def a_portal_shop(folder):
    kept = CHANNELS[: CHANNELS.index("[location.acme]")]
    way = f'send = {{ via = "portal", path = "out/acme/{{batch}}.csv", say = "{SAY}" }}'
    confirm = 'confirm = { via = "file", path = "in/acme/*.csv" }'
    shop = a_shop(folder, f'{kept}[location.acme]\nkind = "supplier"\nstock = "unlimited"\n{way}\n{confirm}\n')
    shop.orders("web", an_order_row("1", "RING-1"))
    return shop


def waiting(shop):
    with closing(sqlite3.connect(shop.store)) as db:
        return db.execute("SELECT code, subject, message FROM exceptions WHERE closed_at IS NULL").fetchall()


def test_a_person_is_told_of_each_file_until_the_location_has_answered(tmp_path):
    shop = a_portal_shop(tmp_path / "shop")
    assert Exit.ATTENTION == shop.run()[0]
    assert [("to_upload", "acme batch 1", f"upload out/acme/0001.csv: {SAY}")] == waiting(shop)
    assert ["out/acme/0001.csv"] == list(shop.files("out"))
    assert Exit.OK == shop.run()[0]
    assert 1 == len(waiting(shop))

    shop.answers("acme", "a", "WEB-1-1,acknowledged,,,,,")
    assert Exit.OK == shop.run()[0]
    assert [] == waiting(shop)


def test_a_file_that_could_not_be_published_waits_for_nobody(tmp_path):
    shop = a_portal_shop(tmp_path / "shop")
    (shop.folder / "out/acme").mkdir(parents=True)
    (shop.folder / "out/acme/0001.csv").write_text("theirs")
    assert Exit.REMOTE == shop.run()[0]

    assert [] == waiting(shop)
