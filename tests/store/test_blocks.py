from __future__ import annotations

import pytest

from orderctl.store import blocks
from orderctl.store.transactions import transaction

TEXTS = [f'{{"facts":{{"order":{{"number":"{number}","note":"Grüße"}}}}}}'.encode() for number in range(7)]


@pytest.mark.parametrize("words", [blocks.PLAIN, blocks.DECISIONS])
@pytest.mark.parametrize("at_once", [1, 3, 100])
def test_every_text_comes_back_from_its_place(db, at_once, words):
    with transaction(db, "keep"):
        places = blocks.keep(db, "decision_blocks", TEXTS, at_once, words)

    content = dict(db.execute("SELECT block_id, content FROM decision_blocks"))
    assert TEXTS == [blocks.part(content[block], first, length) for block, first, length in places]
    assert -(-len(TEXTS) // at_once) == len(content)


def test_a_record_alone_takes_less_room_for_the_words_that_records_have_in_common(db):
    with transaction(db, "keep"):
        blocks.keep(db, "decision_blocks", TEXTS[:1], 1, blocks.PLAIN)
        blocks.keep(db, "decision_blocks", TEXTS[:1], 1, blocks.DECISIONS)

    plain, worded = [len(row[0]) for row in db.execute("SELECT content FROM decision_blocks ORDER BY block_id")]
    assert worded < plain


def test_nothing_to_keep_makes_no_block(db):
    with transaction(db, "keep"):
        assert [] == blocks.keep(db, "decision_blocks", [], 10)

    assert [] == db.execute("SELECT * FROM decision_blocks").fetchall()
