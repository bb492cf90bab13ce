from __future__ import annotations

import pytest

from orderctl.config import installed
from orderctl.config.findings import UNKNOWN_TYPE, Refusal


def test_what_comes_with_orderctl_is_installed():
    installed.require(installed.CHANNELS, "file")
    installed.require(installed.DESTINATIONS, "file")


def test_an_adapter_of_another_package_is_found_by_its_entry_point(tmp_path, monkeypatch):
    info = tmp_path / "orderctl_magento-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: orderctl-magento\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[orderctl.channels]\nmagento = orderctl_magento:Magento\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    installed.require(installed.CHANNELS, "magento")
    with pytest.raises(Refusal):
        installed.require(installed.DESTINATIONS, "magento")


def test_an_unknown_type_names_what_is_installed_and_how_another_comes_in():
    with pytest.raises(Refusal) as caught:
        installed.require(installed.CHANNELS, "magento")

    assert (UNKNOWN_TYPE, "'magento' is not installed") == (caught.value.code, str(caught.value))
    assert "installed: " in caught.value.hint
    assert "a package that brings it registers 'magento' in orderctl.channels" in caught.value.hint
