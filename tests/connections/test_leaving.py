"""Disconnecting, pausing by plan, and what remains on disk."""

# ruff: noqa: N802 # names begin with the ids of faults

from __future__ import annotations

import base64
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection as database

from ekachit.accounts.actions import set_plan
from ekachit.accounts.models import User
from ekachit.connections import actions, credentials
from ekachit.connections.credentials import finish_scrubs, sealed_token
from ekachit.connections.errors import ConnectError
from ekachit.connections.models import Connection, Credential, DataKey, State
from ekachit.sandbox.run import SandboxThread
from ekachit.sandbox.seed import DEMO_EMAIL, DEMO_TOKEN
from tests.web.making import make_connection


@pytest.fixture
def made(jira: SandboxThread, ada: User) -> Connection:
    return actions.connect(ada, site=jira.url, email=DEMO_EMAIL, token=DEMO_TOKEN)


def test_K04_disconnecting_destroys_the_token_and_fences_passes(
    made: Connection, jira: SandboxThread
) -> None:
    epoch, asked = made.epoch, len(jira.requests)
    gone = actions.disconnect(made)
    assert (gone.state, gone.due_at, gone.lease_until) == (State.DISCONNECTED, None, None)
    assert gone.epoch > epoch
    assert not DataKey.objects.exists()
    assert not Credential.objects.exists()
    assert len(jira.requests) == asked
    with pytest.raises(ConnectError) as caught:
        actions.refresh_projects(gone)
    assert caught.value.code == "not_connected"
    assert len(jira.requests) == asked


def test_connecting_again_is_the_same_connection(made: Connection, jira: SandboxThread, ada: User) -> None:
    actions.disconnect(made)
    again = actions.connect(ada, site=jira.url, email=DEMO_EMAIL, token=DEMO_TOKEN)
    assert again.pk == made.pk
    assert again.active
    assert sealed_token(again).reveal() == DEMO_TOKEN


class CutOffError(Exception):
    """The process dies here."""


def test_K04_the_key_goes_first_and_a_crash_is_finished_later(
    made: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any) -> None:
        raise CutOffError

    with monkeypatch.context() as patch:
        patch.setattr(credentials, "destroy_token", die)
        with pytest.raises(CutOffError):
            actions.disconnect(made)
    made.refresh_from_db()
    assert made.state == State.DISCONNECTED
    assert made.scrub_pending
    assert not DataKey.objects.exists(), "from here on nobody can open what is left"
    assert Credential.objects.exists()
    monkeypatch.setattr(credentials, "scrub", lambda: True)
    assert finish_scrubs() == 1
    assert not Credential.objects.exists()
    assert not Connection.objects.filter(scrub_pending=True).exists()
    assert finish_scrubs() == 0


def test_a_scrub_that_comes_late_spares_a_new_token(
    made: Connection, jira: SandboxThread, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "scrub", lambda: False)
    actions.disconnect(made)
    again = actions.connect(ada, site=jira.url, email=DEMO_EMAIL, token=DEMO_TOKEN)
    assert again.scrub_pending, "what the old token left is still to be scrubbed"
    finish_scrubs()
    assert sealed_token(again).reveal() == DEMO_TOKEN
    monkeypatch.setattr(credentials, "scrub", lambda: True)
    assert finish_scrubs() == 1
    assert sealed_token(again).reveal() == DEMO_TOKEN


def _on_disk() -> bytes:
    """Everything in the database's file and its logs.

    Another process reads it: whoever closes a file gives up the locks that the process has on it, those of SQLite too, so
    that the next worker to end would take the logs away from under this one.
    """
    name = Path(str(django_settings.DATABASES["default"]["NAME"]))
    files = [str(path) for path in name.parent.glob(name.name + "*")]
    return subprocess.run(["cat", *files], capture_output=True, check=True).stdout  # noqa: S603, S607 # of our own


@pytest.mark.skipif(database.vendor != "sqlite", reason="PostgreSQL keeps its files to itself")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("leave", ["disconnect", "replace"])
def test_K04_no_ciphertext_is_left_on_disk(jira: SandboxThread, ada: User, leave: str) -> None:
    made = actions.connect(ada, site=jira.url, email=DEMO_EMAIL, token=DEMO_TOKEN)
    sealed, wrapped = bytes(Credential.objects.get().sealed), bytes(DataKey.objects.get().wrapped)
    assert sealed in _on_disk(), "the search can find it"
    if leave == "disconnect":
        actions.disconnect(made)
    else:
        actions.replace_token(made, email=DEMO_EMAIL, token="sandbox-demo-scoped-token")
    made.refresh_from_db()
    assert not made.scrub_pending
    left = _on_disk()
    assert sealed[13:] not in left
    assert wrapped[13:] not in left
    assert DEMO_TOKEN.encode() not in left
    assert base64.b64encode(DEMO_TOKEN.encode()) not in left


def test_a_downgrade_pauses_and_an_upgrade_goes_on(ada: User) -> None:
    live = make_connection(ada, due_at="2026-01-01T00:00Z", epoch=3)
    gone = make_connection(ada, site="gone.atlassian.net", state=State.DISCONNECTED)
    set_plan(ada, "free")
    actions.follow_plan(ada)
    live.refresh_from_db()
    assert (live.state, live.due_at, live.epoch) == (State.PAUSED, None, 4)
    set_plan(ada, "pro")
    actions.follow_plan(ada)
    live.refresh_from_db()
    gone.refresh_from_db()
    assert live.state == State.CONNECTED
    assert live.due_at is not None
    assert gone.state == State.DISCONNECTED
