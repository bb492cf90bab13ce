from __future__ import annotations

import os
import shutil
import stat
from contextlib import closing

import pytest

from orderctl.core.errors import StoreError
from orderctl.store import effects, journal, meta
from orderctl.store.journal import Journal
from tests.builders import NOW, an_order
from tests.store.shelf import a_store, from_location, hand_over, put_stock, rows, save, ship_from


@pytest.fixture
def sent(db):
    """A store from which one batch was sent."""
    put_stock(db, mug=9)
    (order_id,) = save(db, an_order())
    ship_from(db, order_id, from_location(mug=1))
    hand_over(db)
    return db


@pytest.fixture
def path(tmp_path):
    return tmp_path / "orderctl.db.effects"


def said(found):
    """What there has to be."""
    assert found is not None
    return found


def send_more(db) -> None:
    number = str(len(rows(db, "SELECT 1 FROM orders")) + 1)
    (order_id,) = save(db, an_order(number=number, channel_order_id=number))
    ship_from(db, order_id, from_location(mug=1))
    hand_over(db)


def test_a_store_that_is_as_new_as_its_journal_may_send(sent, path):
    Journal(path).check(sent)
    Journal(path).note(sent, NOW)
    Journal(path).check(sent)
    send_more(sent)
    Journal(path).check(sent)


def test_a_store_that_was_put_back_in_time_sends_nothing(sent, path, tmp_path):
    sent.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (tmp_path / "before").mkdir()
    shutil.copy(tmp_path / "orderctl.db", tmp_path / "before" / "orderctl.db")
    send_more(sent)
    Journal(path).note(sent, NOW)

    with closing(a_store(tmp_path / "before")) as old, pytest.raises(StoreError, match="older than its journal"):
        Journal(path).check(old)


def test_a_store_that_lacks_only_that_something_was_about_to_be_sent_sends_nothing(sent, path, tmp_path):
    """It has every pass and every effect; the number of the journal's last line is all that it does not know."""
    (tmp_path / "before").mkdir()
    sent.execute("VACUUM INTO ?", (str(tmp_path / "before" / "orderctl.db"),))
    Journal(path).note(sent, NOW)
    Journal(path).note(sent, NOW)

    with closing(a_store(tmp_path / "before")) as old:
        with pytest.raises(StoreError, match="older than its journal"):
            Journal(path).check(old)
        assert 2 == said(Journal(path).gap(old, NOW)).documents


def test_a_store_killed_before_the_line_was_written_may_go_on(sent, path):
    """The number is committed first: the store may be one ahead, as nothing was sent under it."""
    Journal(path).begin(sent)
    Journal(path).note(sent, NOW)
    before = path.read_bytes()
    Journal(path).note(sent, NOW)
    path.write_bytes(before)

    Journal(path).check(sent)
    Journal(path).note(sent, NOW)
    assert 3 == said(Journal(path).last()).number


@pytest.mark.parametrize("sends", [0, 1, 2])
def test_a_store_whose_journal_is_gone_sends_nothing(sent, path, sends):
    Journal(path).begin(sent)
    for _ in range(sends):
        Journal(path).note(sent, NOW)
    path.unlink()

    with pytest.raises(StoreError, match="journal is not here") as refused:
        Journal(path).check(sent)
    assert "orderctl reconcile" == refused.value.next
    gap = said(Journal(path).gap(sent, "2026-11-20T23:00:00Z"))
    assert ("2026-11-20T23:00:00Z", None) == (gap.until, gap.documents)


def test_a_store_without_its_journal_may_send_once_it_has_a_new_one_and_never_again_with_the_old_one(sent, path):
    Journal(path).note(sent, NOW)
    old = path.read_bytes()
    path.unlink()
    Journal(path).renew(sent, NOW)
    Journal(path).check(sent)
    path.write_bytes(old)

    with pytest.raises(StoreError, match="is not the one that lies here"):
        Journal(path).check(sent)


def test_an_empty_journal_is_begun_once_and_only_for_the_store_that_never_sent(sent, path):
    Journal(path).begin(sent)
    assert (b"", True) == (path.read_bytes(), bool(meta.get(sent, journal.COUNT)))
    Journal(path).check(sent)
    path.unlink()

    Journal(path).begin(sent)
    assert not path.exists()


def test_the_store_of_another_shop_sends_nothing(sent, path, tmp_path):
    Journal(path).note(sent, NOW)
    (tmp_path / "other").mkdir()

    with closing(a_store(tmp_path / "other")) as other, pytest.raises(StoreError, match="belongs to another store"):
        Journal(path).check(other)


def test_a_line_torn_by_a_power_loss_hides_neither_what_was_before_nor_what_comes_after(sent, path):
    Journal(path).note(sent, NOW)
    with path.open("ab") as file:
        file.write(b"0123456789abcdef 99 2026-11-")
    Journal(path).check(sent)
    send_more(sent)
    Journal(path).note(sent, NOW)

    last = Journal(path).last()
    assert last is not None
    assert (meta.get(sent, "installation"), effects.highest(sent)) == (last.store, last.highest)


def test_a_first_line_that_was_torn_says_that_nothing_was_sent_yet(sent, path):
    path.write_bytes(b"0123456789abc")
    Journal(path).check(sent)


def test_a_journal_in_which_nothing_is_sound_is_not_taken_for_an_empty_one(sent, path):
    path.write_bytes(b"nonsense\n")

    with pytest.raises(StoreError, match="damaged"):
        Journal(path).check(sent)


def test_a_changed_number_is_noticed_by_its_check(sent, path):
    Journal(path).note(sent, NOW)
    path.write_bytes(path.read_bytes().replace(b" 1 ", b" 0 "))

    with pytest.raises(StoreError, match="damaged"):
        Journal(path).check(sent)


def test_a_long_journal_starts_anew_with_its_newest_line(sent, path, monkeypatch):
    monkeypatch.setattr(journal, "LARGEST", 300)
    for _ in range(8):
        Journal(path).note(sent, NOW)

    assert 300 + 100 > path.stat().st_size
    Journal(path).check(sent)
    assert not path.with_name(path.name + ".new").exists()


def test_a_journal_is_for_its_owner_alone(sent, path, monkeypatch):
    monkeypatch.setattr(journal, "LARGEST", 10)
    before = os.umask(0)
    try:
        for _ in range(2):
            Journal(path).note(sent, NOW)
            assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    finally:
        os.umask(before)


def test_where_the_journal_cannot_be_written_nothing_may_be_sent(sent, path):
    path.mkdir()

    with pytest.raises(StoreError, match="nothing was sent"):
        Journal(path).note(sent, NOW)


def test_a_dry_run_has_no_journal(sent, tmp_path):
    before = sorted(tmp_path.iterdir())
    Journal(None).note(sent, NOW)
    Journal(None).check(sent)

    assert before == sorted(tmp_path.iterdir())
