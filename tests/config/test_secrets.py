from __future__ import annotations

import os
from pathlib import Path

import pytest

from orderctl.config.findings import LITERAL_SECRET, NO_SECRET, Refusal
from orderctl.config.secrets import literals, resolve

VALUE = "s3cr3t-CANARY"


def refused(reference: str, base: Path, environment: dict[str, str] | None = None) -> Refusal:
    with pytest.raises(Refusal) as caught:
        resolve(reference, base, environment or {})
    assert "CANARY" not in str(caught.value) + caught.value.hint
    return caught.value


def private(path: Path, content: str = VALUE) -> Path:
    path.write_text(content)
    path.chmod(0o600)
    return path


def test_an_environment_variable_is_found_by_its_name(tmp_path):
    secret = resolve("env:TOKEN", tmp_path, {"TOKEN": VALUE})

    assert (VALUE, "env:TOKEN") == (secret.reveal(), secret.reference)
    assert VALUE not in f"{secret} {secret!r}"


@pytest.mark.parametrize(("environment", "state"), [({}, "not set"), ({"TOKEN": ""}, "empty")])
def test_a_variable_that_holds_nothing_is_named(tmp_path, environment, state):
    error = refused("env:TOKEN", tmp_path, environment)

    assert (NO_SECRET, f"needs the environment variable TOKEN, which is {state}") == (error.code, str(error))


@pytest.mark.parametrize("reference", ["env:", "file:", "cred:", "keyring:", "keyring:service", "keyring:/user"])
def test_a_reference_that_names_nothing_is_refused(tmp_path, reference):
    assert NO_SECRET == refused(reference, tmp_path).code


@pytest.mark.parametrize("literal", [VALUE, "", "ENV:TOKEN-CANARY", "https://user:CANARY@example.com"])
def test_a_secret_itself_is_refused_and_not_shown(tmp_path, literal):
    assert LITERAL_SECRET == refused(literal, tmp_path).code


def test_a_file_gives_its_first_line(tmp_path):
    private(tmp_path / "token", f"{VALUE}\r\n# rotated in May\n")

    assert VALUE == resolve("file:token", tmp_path, {}).reveal()


def test_a_key_in_a_file_is_read_whole(tmp_path):
    key = "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n"
    path = private(tmp_path / "key", key)

    assert key == resolve(f"file:{path}", tmp_path, {}).reveal()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601])
def test_a_file_that_others_can_touch_is_refused_with_the_remedy(tmp_path, mode):
    path = private(tmp_path / "token")
    path.chmod(mode)

    error = refused("file:token", tmp_path)

    assert (NO_SECRET, f"chmod 600 {path}") == (error.code, error.hint)


def test_a_link_to_a_private_file_is_followed(tmp_path):
    private(tmp_path / "token")
    (tmp_path / "link").symlink_to("token")

    assert VALUE == resolve("file:link", tmp_path, {}).reveal()


def test_what_is_not_a_file_with_text_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe", 0o600)
    private(tmp_path / "empty", "")
    private(tmp_path / "blank", "\nCANARY")
    private(tmp_path / "huge", "C" * 70_000)
    (tmp_path / "bytes").write_bytes(b"\xff\xfeCANARY")
    (tmp_path / "bytes").chmod(0o600)

    for name in ("none", ".", "pipe", "empty", "blank", "huge", "bytes", "nul\x00"):
        assert NO_SECRET == refused(f"file:{name}", tmp_path).code


def test_a_credential_lies_in_the_folder_of_the_service_manager(tmp_path):
    (tmp_path / "amz").write_text(VALUE)

    assert VALUE == resolve("cred:amz", tmp_path / "x", {"CREDENTIALS_DIRECTORY": str(tmp_path)}).reveal()


def test_a_credential_stays_in_that_folder(tmp_path):
    (tmp_path / "amz").write_text(VALUE)
    environment = {"CREDENTIALS_DIRECTORY": str(tmp_path / "inner")}

    assert "is not the name of a credential" in str(refused("cred:../amz", tmp_path, environment))
    assert "$CREDENTIALS_DIRECTORY is not set" in str(refused("cred:amz", tmp_path))


def test_the_keyring_is_an_extra_that_is_named_when_it_is_missing(tmp_path):
    try:
        import keyring  # noqa: F401
    except ImportError:
        assert "pip install 'orderctl[keyring]'" == refused("keyring:orderctl/ebay", tmp_path).hint
    else:
        pytest.skip("the keyring package is installed here")


def test_values_under_the_name_of_a_secret_must_be_references():
    data = {
        "token": "env:T",
        "client_secret": VALUE,
        "password": 12345,
        "secretary": "maria",
        "hide_token": True,
        "list": [{"api_key": VALUE}, "token"],
        "secret": {"url": "x"},
    }

    assert [("client_secret",), ("password",), ("list", 0, "api_key")] == list(literals(data))
