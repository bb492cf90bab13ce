from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from orderctl.core.secrets import Secret
from orderctl.wire.settings import DurationField, PathField, SecretField, Settings, Texts


class Shop(Settings):
    """An adapter's settings."""

    token: SecretField
    path: PathField = Path("x")
    every: DurationField = 60
    to: Texts = ()


CONTEXT = {"base": Path("/shop"), "resolve": lambda reference: Secret(reference, "s3cr3t")}


def test_settings_hold_what_the_file_means():
    shop = Shop.model_validate({"token": "env:T", "path": "in", "every": "5 min", "to": ["a"]}, context=CONTEXT)

    assert ("s3cr3t", Path("/shop/in"), 300, ("a",)) == (shop.token.reveal(), shop.path, shop.every, shop.to)
    assert "s3cr3t" not in f"{shop!r} {shop}"


def test_a_secret_that_is_resolved_already_is_taken():
    assert "x" == Shop(token=Secret("env:T", "x")).token.reveal()


@pytest.mark.parametrize(
    "settings",
    [{"token": "CANARY"}, {"token": 7}, {"token": "env:T", "more": "CANARY"}, {"token": "env:T", "to": "CANARY"}],
)
def test_what_is_not_known_or_no_reference_is_refused_without_a_character_of_it(settings):
    with pytest.raises(ValidationError) as caught:
        Shop.model_validate(settings, context=CONTEXT)

    assert "CANARY" not in str(caught.value)
