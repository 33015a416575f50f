from __future__ import annotations

import pytest
from django.test import Client

from ekachit.accounts.models import User
from ekachit.connections.models import Connection, State
from tests.web.conftest import SignIn
from tests.web.making import make_connection

GATED_POSTS = [
    "connect/",
    "sandbox/",
    "{id}/projects/",
    "{id}/projects/refresh/",
    "{id}/resume/",
    "{id}/sync/",
    "{id}/token/",
]


def test_a_pro_account_is_led_to_connecting(browser_of_ada: Client) -> None:
    page = browser_of_ada.get("/settings/jira/").text
    assert 'href="/settings/jira/connect/"' in page
    assert "Jira needs the Pro plan" not in page


def test_connections_are_cards_with_their_state(
    browser_of_ada: Client, connection: Connection, ada: User
) -> None:
    gone = make_connection(ada, site="old.atlassian.net", state=State.DISCONNECTED)
    page = browser_of_ada.get("/settings/jira/").text
    assert f'href="/settings/jira/{connection.pk}/"' in page
    assert f"?again={gone.pk}" in page
    assert "Disconnected" in page


def test_a_free_account_sees_what_pro_gives(freda: User, sign_in: SignIn) -> None:
    page = sign_in(freda).get("/settings/jira/").text
    assert "Jira needs the Pro plan" in page
    assert "Everything else works without it" in page
    assert "/settings/jira/connect/" not in page


@pytest.mark.parametrize("address", GATED_POSTS)
def test_what_a_free_account_sends_is_refused(freda: User, sign_in: SignIn, address: str) -> None:
    own = make_connection(freda, state=State.PAUSED)
    answer = sign_in(freda).post(
        f"/settings/jira/{address.format(id=own.pk)}",
        {"site": "yourteam.atlassian.net", "email": "a@b.dev", "token": "canary", "project": "10001"},
    )
    assert answer.status_code == 403
    assert "Nothing was changed." in answer.text
    assert Connection.objects.get() == own
    own.refresh_from_db()
    assert own.due_at is None


def test_a_free_account_keeps_sight_of_its_connection_and_may_leave(freda: User, sign_in: SignIn) -> None:
    own, client = make_connection(freda, state=State.PAUSED), sign_in(freda)
    assert client.get(f"/settings/jira/{own.pk}/").status_code == 200
    assert client.get(f"/settings/jira/{own.pk}/disconnect/").status_code == 200
    assert client.get(f"/settings/jira/{own.pk}/projects/").headers["Location"] == "/settings/jira/"


def test_somebody_else_sees_no_connection(outsider: Client, connection: Connection) -> None:
    assert "yourteam.atlassian.net" not in outsider.get("/settings/jira/").text
