from __future__ import annotations

from orderctl.core import effects
from orderctl.core.digests import digest
from orderctl.core.effects import ACCEPTED, Document, Receipt, together


def test_a_document_is_known_by_the_digest_of_its_bytes_whatever_its_name():
    assert digest(b"a,b\n") == Document("one.csv", b"a,b\n").digest == Document("two.csv", b"a,b\n").digest


def test_an_accepted_receipt_is_one_of_the_outcomes():
    assert ACCEPTED.outcome in effects.OUTCOMES


def test_receipts_of_one_document_are_told_together_by_what_most_of_them_say():
    refused, lost = Receipt("refused", message="no such SKU"), Receipt("uncertain")
    told = {"MUG": Receipt("accepted", "7"), "LAMP": refused, "TEE": Receipt("accepted", "8"), "CUP": lost}

    assert Receipt("accepted", "7", each={"LAMP": refused, "CUP": lost}) == together(told)
    assert refused == together({"LAMP": refused})
    assert Receipt("accepted") == together({})
