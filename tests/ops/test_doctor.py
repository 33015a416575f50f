"""`ekachit doctor`: each thing that can be wrong, with its mend; `ekachit keys rotate`."""

# ruff: noqa: N802 # names begin with the ids of faults

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection as database
from django.db import transaction

from ekachit.accounts.actions import add_account
from ekachit.accounts.models import User
from ekachit.config import settings
from ekachit.connections import actions
from ekachit.connections.credentials import sealed_token, store_token
from ekachit.connections.keys import keyring, keyring_path
from ekachit.connections.models import Connection, Instance
from ekachit.jira.errors import Unavailable
from ekachit.ops import doctor, outside
from ekachit.ops.heartbeat import beat
from ekachit.vault.secret import Secret
from tests.jira.authority import Authority
from tests.ops.command import run
from tests.web.making import make_connection

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _home_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("EKACHIT_HOME", str(tmp_path / "var"))
    settings.cache_clear()
    monkeypatch.setattr(outside, "atlassian_time", time.time)
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def connection() -> Connection:
    ada: User = add_account("ada@yourteam.dev", plan="pro")
    own = make_connection(ada)
    store_token(own, Secret("a-token"))
    return own


def mends(*arguments: str) -> list[str]:
    """The lines of what is wrong, each with its mend under it."""
    done = run("doctor", *arguments)
    lines = done.stdout.splitlines()
    wrong = [f"{line}\n{lines[at + 1]}" for at, line in enumerate(lines) if line.startswith("MEND")]
    assert done.exit_code == (1 if wrong else 0)
    return wrong


def test_all_is_well(connection: Connection) -> None:
    beat("a worker")
    assert mends() == []
    assert {line.split()[1].rstrip(":") for line in run("doctor").stdout.splitlines()} >= {
        "files", "database", "keys", "instance", "ended", "workers", "egress", "clock",
    }  # fmt: skip


def test_no_worker(connection: Connection) -> None:
    assert "ekachit worker" in mends()[0]


def test_a_key_file_that_others_may_read(connection: Connection) -> None:
    beat("a worker")
    keyring_path().chmod(0o644)
    assert any(f"chmod go= {keyring_path()}" in each for each in mends())


def test_a_missing_key_file(connection: Connection) -> None:
    beat("a worker")
    keyring_path().unlink()
    (wrong,) = mends()
    assert "key_missing" in wrong
    assert "never make a new one" in wrong
    assert not keyring_path().exists()


def test_a_key_that_does_not_fit(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    beat("a worker")
    monkeypatch.setenv("EKACHIT_KEYRING", "other:" + "A" * 43 + "=")
    settings.cache_clear()
    (wrong,) = mends()
    assert "1 sealed tokens cannot be opened" in wrong
    assert "EKACHIT_KEYRING" in wrong


def test_D08_a_copy_of_an_installation(connection: Connection) -> None:
    beat("a worker")
    assert mends() == []
    Instance.objects.update(place="of another one")
    (wrong,) = mends()
    assert "ekachit takeover" in wrong
    assert run("takeover").exit_code == 0
    assert mends() == []
    assert "Nothing to take over" in run("takeover").stdout


def test_K05_a_token_that_a_restore_brought_back(connection: Connection) -> None:
    beat("a worker")
    with transaction.atomic():
        actions.disconnect(connection)
        transaction.set_rollback(True)
    (wrong,) = mends()
    assert "1 noted, 1 of them in the database" in wrong
    assert "are destroyed" in run("tasks", "--user", "ada@yourteam.dev").stderr
    assert mends() == []


def test_no_way_out(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    beat("a worker")

    def unreachable() -> float:
        raise Unavailable("network_refused")

    monkeypatch.setattr(outside, "atlassian_time", unreachable)
    assert "port 443" in mends()[0]
    assert mends("--offline") == []


def test_U07_the_way_out_is_told_and_no_password(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    beat("a worker")
    assert "way out: no proxy\n" in run("doctor").stdout
    file = Authority(tmp_path).file
    monkeypatch.setenv("EKACHIT_EGRESS_PROXY", "http://ada:s3cret@proxy.company.example:3128")
    monkeypatch.setenv("EKACHIT_CA_FILE", str(file))
    settings.cache_clear()
    told = run("doctor", "--offline").stdout
    assert (
        "way out: by the proxy http://proxy.company.example:3128, with a name and password, "
        f"trusting 1 more authorities from {file}\n"
    ) in told
    assert "s3cret" not in told


@pytest.mark.parametrize(
    ("code", "mend"), [("proxy_failed", "EKACHIT_EGRESS_PROXY"), ("tls_failed", "EKACHIT_CA_FILE")]
)
def test_U07_what_is_wrong_with_the_way_out_has_its_mend(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, code: str, mend: str
) -> None:
    def failing() -> float:
        raise Unavailable(code)

    beat("a worker")
    monkeypatch.setattr(outside, "atlassian_time", failing)
    (wrong,) = mends()
    assert f"({code})" in wrong
    assert mend in wrong


def test_U07_doctor_asks_by_the_proxy(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("EKACHIT_EGRESS_PROXY", "http://127.0.0.1:1")
    settings.cache_clear()
    with pytest.raises(Unavailable, match="proxy_failed"):
        outside.atlassian_time()


def test_a_clock_that_is_off(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    beat("a worker")
    monkeypatch.setattr(outside, "atlassian_time", lambda: time.time() - 3600)
    (wrong,) = mends()
    assert "clock: 3600 s" in wrong
    assert "NTP" in wrong


def test_rotation_wraps_every_key_anew_and_drops_the_old_one(connection: Connection) -> None:
    old = keyring().active_id
    assert "1 data keys wrapped" in run("keys", "rotate").stdout
    assert old not in keyring()
    assert sealed_token(connection).reveal() == "a-token"
    assert "a-token" not in keyring_path().read_text()


def test_rotation_without_the_key_says_what_to_restore(connection: Connection) -> None:
    keyring_path().unlink()
    done = run("keys", "rotate")
    assert done.exit_code == 1
    assert "Restore it from your backup" in done.output


@pytest.mark.parametrize(
    ("kind", "mend"),
    [("ext4", ""), ("nfs4", "use PostgreSQL"), ("cifs", "use PostgreSQL"), ("overlay", "")],
)
def test_D06_a_database_on_a_network_share_is_told(
    connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, mend: str
) -> None:
    beat("a worker")
    mounts = tmp_path / "mounts"
    home = settings().home.absolute()
    mounts.write_text(
        f"/dev/sda1 / ext4 rw 0 0\nserver:/x {home.parent} {kind} rw 0 0\nserver:/y {home}x nfs4 rw 0 0\n"
    )
    assert doctor.kind_of_disk(home, mounts) == kind
    monkeypatch.setattr(doctor, "MOUNTS", mounts)
    wrong = mends()
    expected = mend if database.vendor == "sqlite" else ""
    assert ["use PostgreSQL" for each in wrong if "use PostgreSQL" in each] == (
        [expected] if expected else []
    )
