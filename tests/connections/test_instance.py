"""D08: a copy of an installation opens no token before somebody says that it goes on."""

# ruff: noqa: N802 - names begin with ids

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection as database

from ekachit.accounts.models import User
from ekachit.config import settings
from ekachit.connections import actions, instance
from ekachit.connections.credentials import sealed_token, store_token
from ekachit.connections.errors import ConnectError
from ekachit.connections.models import Connection, Instance
from ekachit.vault.errors import VaultError
from ekachit.vault.secret import Secret
from tests.web.making import make_connection

TOKEN = "ATATT3x-a-token-of-a-test"
on_sqlite = pytest.mark.skipif(database.vendor != "sqlite", reason="the folder counts for a SQLite file only")
on_postgres = pytest.mark.skipif(database.vendor == "sqlite", reason="the server counts for PostgreSQL only")


@pytest.fixture(autouse=True)
def first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The data folder of the first installation, in use; two machines' ids to be on."""
    monkeypatch.setattr(instance, "MACHINE_IDS", (tmp_path / "machine-id",))
    for name, sign in (("one", "1"), ("two", "2")):
        (tmp_path / name).write_text(32 * sign + "\n")
    folder = tmp_path / "var"
    go_to(monkeypatch, folder)
    yield folder
    monkeypatch.undo()
    settings.cache_clear()
    instance._State.held = False


@pytest.fixture
def made(ada: User) -> Connection:
    own = make_connection(ada)
    store_token(own, Secret(TOKEN))
    assert not instance.settle(), "what nobody has named yet is ours"
    return own


def go_to(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Be an installation with another data folder."""
    monkeypatch.setenv("EKACHIT_HOME", str(folder))
    settings.cache_clear()


def be_on(folder: Path, machine: str | None) -> None:
    """Be on a machine; on one that does not tell which it is."""
    if machine is None:
        instance.MACHINE_IDS[0].unlink(missing_ok=True)
    else:
        shutil.copy(folder / machine, instance.MACHINE_IDS[0])


def test_D08_one_that_starts_again_is_asked_nothing(made: Connection) -> None:
    assert not instance.settle()
    assert not instance.held_back()
    assert sealed_token(made).reveal() == TOKEN


@on_sqlite
def test_D08_the_id_is_private(made: Connection, first: Path) -> None:
    path = first / instance.NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in first.glob(".*")] == [], "nothing half-written is left"


@on_sqlite
def test_D08_a_database_with_another_data_folder_opens_no_token_until_it_is_confirmed(
    made: Connection, first: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = first.with_name("second")
    shutil.copytree(first / "keys", second / "keys")
    go_to(monkeypatch, second)
    assert instance.settle()
    with pytest.raises(VaultError) as caught:
        sealed_token(made)
    assert caught.value.code == "elsewhere"
    with pytest.raises(ConnectError) as asked:
        actions.refresh_projects(made)
    assert asked.value.code == "elsewhere"
    instance.take_over()
    assert not instance.settle()
    assert sealed_token(made).reveal() == TOKEN
    go_to(monkeypatch, first)
    assert instance.settle(), "the first, should it get this database back, asks in its turn"


@on_sqlite
def test_D08_a_running_process_goes_on_once_it_is_confirmed_by_another(
    made: Connection, first: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(first / "keys", first.with_name("second") / "keys")
    go_to(monkeypatch, first.with_name("second"))
    assert instance.settle()
    assert instance.held_back()
    instance.take_over()
    instance._State.held = True  # as the other process still has it
    assert not instance.held_back()


@on_sqlite
@pytest.mark.parametrize(
    ("there", "here", "copy"),
    [("one", "two", True), ("one", "one", False), (None, "two", False), ("one", None, False)],
)
def test_D08_a_whole_data_folder_on_another_machine_is_a_copy(
    made: Connection, tmp_path: Path, there: str | None, here: str | None, *, copy: bool
) -> None:
    """Where a machine has no id that could tell, as in many containers, nothing is asked."""
    be_on(tmp_path, there)
    instance.take_over()
    be_on(tmp_path, here)
    assert instance.settle() is copy
    instance.take_over()
    assert not instance.settle()


@on_sqlite
def test_D08_an_empty_database_in_a_folder_from_another_machine_is_named_anew(
    made: Connection, tmp_path: Path
) -> None:
    be_on(tmp_path, "one")
    instance.take_over()
    Instance.objects.all().delete()
    be_on(tmp_path, "two")
    assert not instance.settle()
    assert Instance.objects.count() == 1


@on_postgres
def test_D08_any_number_of_machines_work_on_one_database(
    made: Connection, first: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_to(monkeypatch, first.with_name("second"))
    assert not instance.settle()
    assert not (first / instance.NAME).exists()


@on_postgres
def test_D08_a_database_on_another_server_opens_no_token_until_it_is_confirmed(made: Connection) -> None:
    Instance.objects.update(place="1234567890123456789:5")
    assert instance.settle()
    with pytest.raises(VaultError) as caught:
        sealed_token(made)
    assert caught.value.code == "elsewhere"
    instance.take_over()
    assert sealed_token(made).reveal() == TOKEN
