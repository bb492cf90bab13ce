"""The example of each code brings that code up in channels.toml, and put right nothing does."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from orderctl.config import findings
from orderctl.config.code_examples import EXAMPLES
from orderctl.steps import configuration

RATES = Path(__file__).resolve().parents[2] / "examples" / "rates"
#: No example: there is no file, or what is wrong is not in it but where a secret should be.
WITHOUT = {findings.NO_FILE, findings.NO_SECRET}


def test_every_code_has_an_example():
    assert set(findings.CODES) - WITHOUT == set(EXAMPLES)


@pytest.mark.parametrize("code", EXAMPLES)
def test_an_example_brings_its_code_up_and_put_right_nothing_does(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SMTP_PASSWORD", "made-up")
    shutil.copytree(RATES, tmp_path / "rates")
    (tmp_path / "rules.toml").write_text("version = 1\n")
    config = tmp_path / "channels.toml"

    wrong, right = EXAMPLES[code]
    config.write_text(wrong)
    assert [code] == [found.code for found in configuration.check(config).findings]
    config.write_text(right)
    assert () == configuration.check(config).findings
