# ruff: noqa: N802 # names begin with the ids of the faults that the tests cover

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest

from ekachit.vault.errors import VaultError
from ekachit.vault.keyring import KEY_BYTES, Keyring, add_key, create_keyring, drop_keys

ONE = base64.b64encode(bytes(range(32))).decode()
TWO = base64.b64encode(bytes(range(32, 64))).decode()


def code_of(path: Path) -> str:
    with pytest.raises(VaultError) as caught:
        Keyring.from_file(path)
    return caught.value.code


def test_a_new_file_is_private_and_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    made = create_keyring(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    read = Keyring.from_file(path)
    assert read.active_id == made.active_id
    assert read.key(read.active_id) == made.key(made.active_id)
    assert len(read.key(read.active_id)) == KEY_BYTES
    assert list(tmp_path.iterdir()) == [path]


def test_A12_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    path.write_text("something")
    with pytest.raises(VaultError, match="never overwritten") as caught:
        create_keyring(path)
    assert caught.value.code == "key_exists"
    assert path.read_text() == "something"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660])
def test_a_file_that_others_reach_is_refused_with_the_mend(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keyring.json"
    create_keyring(path)
    path.chmod(mode)
    with pytest.raises(VaultError, match="chmod 600") as caught:
        Keyring.from_file(path)
    assert caught.value.code == "key_file_exposed"


def test_A12_a_missing_or_broken_file_has_its_own_code(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    assert code_of(path) == "key_missing"
    for text in ("", "{}", "[1]", '{"version": 2}', '{"version": 1, "keys": 3, "active": "a"}', "[" * 50_000):
        path.write_text(text)
        path.chmod(0o600)
        assert code_of(path) == "key_file_broken"
    path.write_text(f'{{"version": 1, "keys": {{"a": "{ONE[:8]}"}}, "active": "a"}}')
    assert code_of(path) == "key_wrong"
    assert code_of(tmp_path) == "key_file_broken"


def test_the_first_key_of_a_text_is_active() -> None:
    ring = Keyring.from_text(f" new:{ONE} , old:{TWO}")
    assert ring.active_id == "new"
    assert ring.ids == {"new", "old"}
    assert ONE not in repr(ring)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "key_missing"),
        (" , ", "key_missing"),
        ("a", "key_wrong"),
        (f"a:{ONE[:-8]}", "key_wrong"),
        (f"a b:{ONE}", "key_wrong"),
        (f"a:{ONE},a:{TWO}", "key_wrong"),
        ("a:%%%", "key_wrong"),
    ],
)
def test_a_text_of_another_form_is_refused(text: str, code: str) -> None:
    with pytest.raises(VaultError) as caught:
        Keyring.from_text(text)
    assert caught.value.code == code


def test_K06_keys_are_added_and_dropped_without_losing_one_in_use(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    old = create_keyring(path)
    both = add_key(path)
    assert both.active_id != old.active_id
    assert both.key(old.active_id) == old.key(old.active_id)
    assert drop_keys(path, keep={old.active_id}).ids == both.ids
    assert drop_keys(path, keep=set()).ids == {both.active_id}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(VaultError) as caught:
        Keyring.from_file(path).key(old.active_id)
    assert caught.value.code == "key_missing"
