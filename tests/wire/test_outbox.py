from __future__ import annotations

import shutil

from orderctl.core.effects import Document
from orderctl.wire.files import STAGING
from orderctl.wire.outbox import Outbox

DOCUMENT = Document("out/a.csv", b"x\r\n", rows=1, units=1)


def test_delivering_again_what_stands_there_is_accepted(tmp_path):
    outbox = Outbox(tmp_path)
    outbox.stage(DOCUMENT)

    assert ["accepted", "accepted"] == [outbox.deliver(DOCUMENT).outcome for _ in range(2)]


def test_what_is_neither_staged_nor_there_is_for_a_person(tmp_path):
    outbox = Outbox(tmp_path)
    outbox.stage(DOCUMENT)
    (tmp_path / "out" / STAGING / "a.csv").unlink()

    assert "uncertain" == outbox.deliver(DOCUMENT).outcome


def test_a_folder_that_went_away_before_delivery_is_tried_again(tmp_path):
    outbox = Outbox(tmp_path)
    outbox.stage(DOCUMENT)
    shutil.rmtree(tmp_path / "out")

    assert "retry" == outbox.deliver(DOCUMENT).outcome


def test_a_document_goes_where_its_name_says_whatever_the_settings_are_by_now(tmp_path):
    Outbox(tmp_path, 0o600, manifest=True).stage(DOCUMENT)

    assert "accepted" == Outbox(tmp_path).recover(DOCUMENT.name).outcome
    assert {"a.csv", "a.csv.manifest.json", STAGING} == {path.name for path in (tmp_path / "out").iterdir()}
