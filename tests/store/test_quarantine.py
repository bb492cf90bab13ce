from __future__ import annotations

import zlib

from orderctl.store import quarantine
from orderctl.store.quarantine import PutAside
from orderctl.store.transactions import transaction
from tests.store.shelf import NOW_STAMP, rows, troubles


def put(db, *some: PutAside) -> int:
    with transaction(db, "put"):
        return quarantine.put(db, NOW_STAMP, some)


def test_a_payload_is_kept_whole_and_told_once(db):
    bad = PutAside("web", b"\x00\xff{", "web.jsonl line 3", "lines", "is missing")

    assert [1, 0] == [put(db, bad), put(db, bad)]
    assert [(b"\x00\xff{",)] == [(zlib.decompress(row[0]),) for row in rows(db, "SELECT payload FROM quarantine")]
    assert [("quarantine", "web web.jsonl line 3")] == troubles(db)


def test_the_same_bytes_of_two_channels_are_two_payloads(db):
    assert 2 == put(db, PutAside("web", b"{", "a", "", "bad"), PutAside("market", b"{", "a", "", "bad"))


def test_what_no_store_can_keep_in_a_reason_does_not_stop_the_others(db):
    assert 2 == put(
        db,
        PutAside("web", b"1", "a\ud800", "\ud800", "is '\ud800'"),
        PutAside("web", b"2", "b", "", "bad"),
    )
    assert ("quarantine", "web a\ufffd") in troubles(db)


def test_a_person_finds_the_payload_by_the_subject_of_its_exception(db):
    put(db, PutAside("web", b'{"number": "\xff"}', "web.jsonl line 3", "number", "is no text"))

    found = quarantine.record(db, "web web.jsonl line 3")

    assert found is not None
    assert ('{"number": "\ufffd"}', "is no text", "number") == (found["payload"], found["reason"], found["field"])
    assert quarantine.record(db, "web web.jsonl line 4") is None
