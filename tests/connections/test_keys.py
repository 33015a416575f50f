"""The installation's keys: made once, never replaced, rotated without a gap."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ekachit.accounts.models import User
from ekachit.config import settings
from ekachit.connections import credentials
from ekachit.connections.credentials import (
    key_ids_in_use,
    locked_connections,
    rewrap_all,
    sealed_token,
    store_token,
)
from ekachit.connections.keys import keyring, keyring_path
from ekachit.connections.models import Connection
from ekachit.vault.errors import VaultError
from ekachit.vault.keyring import add_key
from ekachit.vault.seal import rewrap
from ekachit.vault.secret import Secret
from tests.web.making import make_connection

TOKEN = "ATATT3x-a-token-of-a-test"


@pytest.fixture(autouse=True)
def _home_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("EKACHIT_HOME", str(tmp_path))
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def sealed(ada: User) -> list[Connection]:
    made = [make_connection(ada, site=f"{name}.atlassian.net") for name in ("one", "two", "three")]
    for each in made:
        store_token(each, Secret(TOKEN))
    return made


def test_the_key_file_is_private(sealed: list[Connection]) -> None:
    assert stat.S_IMODE(keyring_path().stat().st_mode) == 0o600
    assert stat.S_IMODE(keyring_path().parent.stat().st_mode) == 0o700


def test_a_missing_key_file_is_never_made_anew(sealed: list[Connection]) -> None:
    keyring_path().unlink()
    for use in (keyring, locked_connections, lambda: sealed_token(sealed[0])):
        with pytest.raises(VaultError) as caught:
            use()
        assert caught.value.code == "key_missing"
    assert not keyring_path().exists()


def test_another_key_locks_and_overwrites_nothing(
    sealed: list[Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = keyring_path().read_bytes()
    monkeypatch.setenv("EKACHIT_KEYRING", "other:" + "A" * 43 + "=")
    settings.cache_clear()
    assert locked_connections() == 3
    with pytest.raises(VaultError):
        sealed_token(sealed[0]).reveal()
    assert keyring_path().read_bytes() == before


def test_a_token_does_not_open_in_another_row(sealed: list[Connection]) -> None:
    sealed[0].site = "moved.atlassian.net"
    with pytest.raises(VaultError):
        sealed_token(sealed[0]).reveal()


class CutOffError(Exception):
    """The process dies here."""


def test_a_rotation_that_was_cut_off_goes_on(
    sealed: list[Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    old = keyring().active_id
    new = add_key(keyring_path()).active_id
    left = [2]

    def cut_off(*given: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise CutOffError
        return rewrap(*given)

    with monkeypatch.context() as patch:
        patch.setattr(credentials, "rewrap", cut_off)
        with pytest.raises(CutOffError):
            rewrap_all()
    assert key_ids_in_use() == {old, new}
    assert [sealed_token(each).reveal() for each in sealed] == [TOKEN] * 3, "readable at every moment"
    assert rewrap_all() == 1
    assert key_ids_in_use() == {new}
    assert rewrap_all() == 0
    assert [sealed_token(each).reveal() for each in sealed] == [TOKEN] * 3
