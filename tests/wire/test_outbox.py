from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

import pytest

from orderctl.core import failpoints
from orderctl.core.effects import Document
from orderctl.wire.files import STAGING
from orderctl.wire.outbox import Outbox
from tests.wire.publishing import Killed, Kills

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


def beside(name: str = "out/a.csv.slip.pdf") -> Document:
    return Document(DOCUMENT.name, DOCUMENT.content, beside=(Document(name, b"%PDF"),))


def seen(folder: Path) -> set[str]:
    return {path.name for path in (folder / "out").iterdir()} - {STAGING}


@pytest.mark.parametrize("at", range(1, 40))
def test_a_file_never_stands_there_without_those_beside_it(tmp_path, monkeypatch, at):
    outbox = Outbox(tmp_path, manifest=True)
    monkeypatch.setattr(failpoints, "reached", Kills(at))
    state = "pending"
    with contextlib.suppress(Killed):
        outbox.stage(beside())
        state = "sending"
        outbox.deliver(beside())
    monkeypatch.undo()
    if (tmp_path / "out" / "a.csv").exists():
        assert {"a.csv", "a.csv.slip.pdf", "a.csv.manifest.json"} == seen(tmp_path)
    if state == "pending":
        outbox.stage(beside())
    outbox.recover(DOCUMENT.name)

    assert {"a.csv", "a.csv.slip.pdf", "a.csv.manifest.json"} == seen(tmp_path)


def test_what_an_earlier_attempt_would_have_put_beside_is_forgotten(tmp_path):
    outbox = Outbox(tmp_path)
    outbox.stage(beside("out/a.csv.old.pdf"))
    outbox.stage(beside())
    outbox.deliver(beside())

    assert {"a.csv", "a.csv.slip.pdf"} == seen(tmp_path)


def test_discarding_a_document_forgets_what_goes_with_it(tmp_path):
    outbox = Outbox(tmp_path, manifest=True)
    outbox.stage(beside())
    outbox.discard(DOCUMENT.name)

    assert [] == list((tmp_path / "out" / STAGING).iterdir())
