from __future__ import annotations

from orderctl.core import effects
from orderctl.core.digests import digest
from orderctl.core.effects import ACCEPTED, Document


def test_a_document_is_known_by_the_digest_of_its_bytes_whatever_its_name():
    assert digest(b"a,b\n") == Document("one.csv", b"a,b\n").digest == Document("two.csv", b"a,b\n").digest


def test_an_accepted_receipt_is_one_of_the_outcomes():
    assert ACCEPTED.outcome in effects.OUTCOMES
