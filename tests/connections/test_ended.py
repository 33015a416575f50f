"""K05: what a disconnect has ended stays ended, whatever backup of the database comes back."""

# ruff: noqa: N802 - names begin with ids

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from ekachit.accounts.models import User
from ekachit.connections import actions, ended
from ekachit.connections.credentials import key_ids_in_use, rewrap_all, sealed_token, store_token
from ekachit.connections.keys import keyring, keyring_path
from ekachit.connections.models import Connection, Credential, DataKey, State
from ekachit.sync.leaving import end_again
from ekachit.vault.errors import VaultError
from ekachit.vault.keyring import add_key, drop_keys
from ekachit.vault.secret import Secret
from tests.web.making import make_connection

pytestmark = pytest.mark.usefixtures("home_of_its_own")

TOKEN = "ATATT3x-a-token-of-a-test"


@pytest.fixture
def made(ada: User) -> Connection:
    own = make_connection(ada)
    store_token(own, Secret(TOKEN))
    return own


def restore_after(work: Callable[[], object]) -> None:
    """What was done since the backup is not in the database any more; what lies beside it stays."""
    with transaction.atomic():
        work()
        transaction.set_rollback(True)


def code_of(connection: Connection) -> str:
    with pytest.raises(VaultError) as caught:
        sealed_token(connection)
    return caught.value.code


def test_K05_a_restored_token_of_an_ended_connection_is_never_opened_and_destroyed(made: Connection) -> None:
    restore_after(lambda: actions.disconnect(made))
    made.refresh_from_db()
    assert made.active
    assert Credential.objects.count() == DataKey.objects.count() == 1, "it is back"
    assert code_of(made) == "token_ended", "before anybody has looked for it"
    assert end_again(timezone.now()) == 1
    made.refresh_from_db()
    assert made.state == State.DISCONNECTED
    assert not Credential.objects.exists()
    assert not DataKey.objects.exists()
    assert end_again(timezone.now()) == 0


def test_K05_it_is_known_also_in_a_backup_from_before_a_rotation(made: Connection) -> None:
    """A backup has another wrapping of the data key than there was when the connection ended."""

    def rotate_and_leave() -> None:
        add_key(keyring_path())
        assert rewrap_all() == 1
        actions.disconnect(made)

    restore_after(rotate_and_leave)
    assert code_of(made) == "token_ended"


def test_K05_what_is_connected_again_since_is_another_token(made: Connection) -> None:
    actions.disconnect(made)
    made.state = State.CONNECTED
    made.save()
    store_token(made, Secret(TOKEN))
    assert sealed_token(made).reveal() == TOKEN
    assert end_again(timezone.now()) == 0


def test_K05_a_process_that_dies_once_it_is_noted_leaves_no_token_in_use(
    made: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(actions, "destroy_key", die)
        with pytest.raises(KeyboardInterrupt):
            actions.disconnect(made)
    assert code_of(made) == "token_ended"
    assert end_again(timezone.now()) == 1


def test_K05_it_is_on_the_disk_before_anything_is_destroyed(
    made: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda _: steps.append("forced to the disk"))
    monkeypatch.setattr(actions, "destroy_key", lambda _: steps.append("destroyed"))
    actions.disconnect(made)
    assert steps[0] == "forced to the disk"
    assert steps[-1] == "destroyed"


def test_K05_the_list_is_private_and_has_nothing_of_the_token(made: Connection) -> None:
    sealed = bytes(Credential.objects.get().sealed)
    actions.disconnect(made)
    text = ended.list_path().read_bytes()
    assert stat.S_IMODE(ended.list_path().stat().st_mode) == 0o600
    assert sealed not in text
    assert made.email.encode() not in text
    assert [line.split()[1:] for line in text.splitlines()] == [
        [str(made.pk).encode(), ended.mark_of(sealed).encode()]
    ]


def test_K05_a_line_that_a_power_cut_left_unfinished_harms_no_other(made: Connection, ada: User) -> None:
    other = make_connection(ada, site="other.atlassian.net")
    store_token(other, Secret(TOKEN))
    ended.list_path().write_text("2026-01-31T10:00:00Z 4 1234abc")
    ended.list_path().chmod(0o600)
    restore_after(lambda: [actions.disconnect(each) for each in (made, other)])
    assert set(ended.ended().values()) == {made.pk, other.pk}
    assert end_again(timezone.now()) == 2


def test_K05_no_token_is_opened_where_the_list_cannot_be_read(made: Connection) -> None:
    ended.list_path().mkdir()
    assert code_of(made) == "ended_unreadable"
    with pytest.raises(VaultError):
        end_again(timezone.now())


def test_K05_where_it_cannot_be_noted_the_token_is_destroyed_all_the_same_and_the_log_says_so(
    made: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    ended.list_path().mkdir()
    with caplog.at_level(logging.ERROR):
        assert actions.disconnect(made).state == State.DISCONNECTED
    assert not Credential.objects.exists()
    assert "would bring the token back" in caplog.text


def test_K05_a_backup_from_before_a_rotation_opens_nothing_with_the_keys_of_after(made: Connection) -> None:
    """The bound for a copy that has no list: once the old key is dropped, and no copy of the ring is left."""

    def rotate() -> None:
        add_key(keyring_path())
        rewrap_all()
        drop_keys(keyring_path(), keep=key_ids_in_use() | {keyring().active_id})

    restore_after(rotate)
    with pytest.raises(VaultError) as caught:
        sealed_token(made).reveal()
    assert caught.value.code == "key_missing"
