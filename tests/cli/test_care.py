"""Looking after the store and customers' data, through the installed command."""

from __future__ import annotations

from tests.cli.shop import Shop, a_row


def test_backup_pass_restore_pass_is_refused_until_reconcile_has_looked(a_day_later: Shop):
    shop = a_day_later
    assert 0 == shop.orderctl("db", "backup", "copy.db").code
    shop.receive(a_row("77"), file="more")
    shop.orderctl("run")
    sent = {name: content for name, content in shop.files().items() if name.startswith(("out/", "outbox/"))}

    restored = shop.orderctl("db", "restore", "copy.db")
    assert 0 == restored.code
    assert "orderctl reconcile" in restored.out
    refused = shop.orderctl("run")
    assert 6 == refused.code
    assert "next: orderctl reconcile" in refused.err
    tried = shop.orderctl("run", "--dry-run")
    assert (6, refused.err) == (tried.code, tried.err)
    assert "refused: the store is older than its journal" in shop.orderctl().out
    assert "orderctl reconcile" in shop.orderctl().out.splitlines()
    reconciled = shop.orderctl("reconcile")
    assert (0, "orderctl run") == (reconciled.code, reconciled.out.splitlines()[-1])
    assert 0 == shop.orderctl("run").code
    assert "refused" not in shop.orderctl().out
    assert sent == {name: content for name, content in shop.files().items() if name.startswith(("out/", "outbox/"))}


def test_a_dry_run_of_a_restore_says_what_it_would_lack_and_changes_nothing(a_day_later: Shop):
    shop = a_day_later
    shop.orderctl("db", "backup", "copy.db")
    before = shop.files()
    said = shop.orderctl("db", "restore", "copy.db", "--dry-run", "--json")

    assert (0, False) == (said.code, said.json["items"][0]["reconcile"])
    assert before == shop.files()


def test_a_person_is_not_taken_out_without_a_yes(a_day_later: Shop):
    said = a_day_later.orderctl("privacy", "purge", "--delivered-before", "0d")

    assert said.code in {0, 2}
    assert said.code == 0 or "nothing was done" in said.err


def test_nobody_reads_a_customers_address_in_the_lock(a_day_later: Shop):
    a_day_later.orderctl("privacy", "redact", "--email", "zebedea@canary.example", "--yes")

    assert b"zebedea" not in b"".join(a_day_later.files().values())


def test_an_archive_is_made_and_an_order_shown_from_it(a_day_later: Shop):
    made = a_day_later.orderctl("db", "archive", "--before", "2000-01-01", "--to", "old.db", "--json")

    assert (0, 0) == (made.code, made.json["items"][0]["orders"])
    assert 2 == a_day_later.orderctl("orders", "show", "1", "--archive", "old.db").code


def test_reconcile_alone_is_the_same_as_reconcile_store(a_day_later: Shop):
    alone, named = a_day_later.orderctl("reconcile"), a_day_later.orderctl("reconcile", "store")

    assert (0, alone.out) == (named.code, named.out)
    assert "as new as its journal" in alone.out
