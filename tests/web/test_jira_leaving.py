"""A new token, and disconnecting."""

# ruff: noqa: N802 # names begin with the ids of faults

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from ekachit.connections import actions
from ekachit.connections.errors import ConnectError
from ekachit.connections.models import Connection, Credential, DataKey, State
from ekachit.sandbox.seed import DEMO_EMAIL, DEMO_TOKEN
from tests.web.making import make_issue

CANARY = "ATATT3xFfGF0-canary-canary-canary"


def test_disconnecting_asks_first_and_says_what_is_kept(
    browser_of_ada: Client, connection: Connection
) -> None:
    make_issue(connection, "PAY-1")
    page = browser_of_ada.get(f"/settings/jira/{connection.pk}/disconnect/").text
    assert "1 task from this Jira" in page
    assert "https://id.atlassian.com/manage-profile/security/api-tokens" in page
    connection.refresh_from_db()
    assert connection.active


def test_disconnecting_destroys_the_token_and_keeps_the_tasks(
    browser_of_ada: Client, sandbox: Any, ada: Any
) -> None:
    browser_of_ada.post("/settings/jira/sandbox/")
    own = Connection.objects.get(user=ada)
    make_issue(own, "PAY-1", "Kept")
    page = browser_of_ada.post(f"/settings/jira/{own.pk}/disconnect/", follow=True).text
    assert "is disconnected and its token destroyed here" in page
    assert "Revoke the token at Atlassian" in page
    own.refresh_from_db()
    assert own.state == State.DISCONNECTED
    assert not Credential.objects.exists()
    assert not DataKey.objects.exists()
    assert "Kept" in browser_of_ada.get("/today/").text


def test_a_disconnected_one_cannot_be_disconnected_again(
    browser_of_ada: Client, connection: Connection
) -> None:
    Connection.objects.update(state=State.DISCONNECTED)
    assert browser_of_ada.post(f"/settings/jira/{connection.pk}/disconnect/").status_code == 302
    assert browser_of_ada.get(f"/settings/jira/{connection.pk}/").status_code == 200
    assert browser_of_ada.get(f"/settings/jira/{connection.pk}/token/").status_code == 302


def test_an_outsider_disconnects_nothing(client: Client, outsider: Client, connection: Connection) -> None:
    address = f"/settings/jira/{connection.pk}/disconnect/"
    assert outsider.post(address).status_code == 404
    assert client.post(address).status_code == 302
    connection.refresh_from_db()
    assert connection.active


def test_a_new_token_takes_the_old_one_s_place(browser_of_ada: Client, sandbox: Any, ada: Any) -> None:
    browser_of_ada.post("/settings/jira/sandbox/")
    own = Connection.objects.get(user=ada)
    Connection.objects.update(state=State.NEEDS_TOKEN)
    form = {"email": DEMO_EMAIL, "token": DEMO_TOKEN, "expires_on": "2099-01-01"}
    answer = browser_of_ada.post(f"/settings/jira/{own.pk}/token/", form)
    assert answer.headers["Location"] == f"/settings/jira/{own.pk}/"
    own.refresh_from_db()
    assert own.active
    assert str(own.token_expires_on) == "2099-01-01"


def test_A07_K07_a_refused_token_is_said_beside_its_field_and_never_shown(
    browser_of_ada: Client, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise ConnectError("account_differs")

    monkeypatch.setattr(actions, "replace_token", refused)
    form = {"email": "ada@yourteam.dev", "token": CANARY}
    answer = browser_of_ada.post(f"/settings/jira/{connection.pk}/token/", form)
    assert answer.status_code == 422
    assert "another Atlassian account" in answer.text
    assert 'aria-describedby="token-trouble"' in answer.text
    assert CANARY not in answer.text


def test_an_outsider_replaces_no_token(
    client: Client, outsider: Client, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "replace_token", pytest.fail)
    form = {"email": "ada@yourteam.dev", "token": CANARY}
    assert outsider.post(f"/settings/jira/{connection.pk}/token/", form).status_code == 404
    assert client.post(f"/settings/jira/{connection.pk}/token/", form).status_code == 302
