# ruff: noqa: N802 # names begin with the ids of faults

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ekachit.accounts.models import User
from ekachit.connections import actions
from ekachit.connections.errors import ConnectError
from ekachit.connections.models import Connection, State
from ekachit.connections.words import WORDS
from ekachit.sandbox.seed import DEMO_EMAIL, DEMO_TOKEN
from tests.web.making import make_connection

ADDRESS = "/settings/jira/connect/"
CANARY = "ATATT3xFfGF0-canary-canary-canary"
TYPED = {
    "site": "https://YourTeam.atlassian.net/jira/your-work",
    "email": "ada@yourteam.dev",
    "token": CANARY,
}


def refuse(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise ConnectError(code)

    monkeypatch.setattr(actions, "connect", refused)


def test_the_page_has_three_steps_and_three_fields(browser_of_ada: Client) -> None:
    page = browser_of_ada.get(ADDRESS).text
    for part in (
        'href="https://id.atlassian.com/manage-profile/security/api-tokens"',
        "Ekachit Integration",
        "Atlassian shows it only once",
        'name="site"',
        'name="email"',
        '<input type="password" name="token" autocomplete="off"',
    ):
        assert part in page
    assert "sandbox" not in page


def test_connecting_goes_on_to_the_projects(browser_of_ada: Client, ada: User, sandbox: Any) -> None:
    form = {"site": sandbox.url + "/jira/your-work", "email": DEMO_EMAIL, "token": DEMO_TOKEN + "\n"}
    answer = browser_of_ada.post(ADDRESS, form)
    own = Connection.objects.get(user=ada)
    assert answer.headers["Location"] == f"/settings/jira/{own.pk}/projects/"
    page = browser_of_ada.get(answer.headers["Location"]).text
    assert DEMO_TOKEN not in page
    assert " checked" in page


def test_one_click_connects_the_sandbox(browser_of_ada: Client, ada: User, sandbox: Any) -> None:
    assert 'action="/settings/jira/sandbox/"' in browser_of_ada.get(ADDRESS).text
    browser_of_ada.post("/settings/jira/sandbox/")
    assert Connection.objects.get(user=ada).email == DEMO_EMAIL


def test_without_a_sandbox_the_click_says_so(browser_of_ada: Client) -> None:
    answer = browser_of_ada.post("/settings/jira/sandbox/")
    assert answer.status_code == 422
    assert "There is no sandbox Jira here." in answer.text


@pytest.mark.parametrize("code", sorted(WORDS))
def test_each_failure_has_its_words_beside_its_field(
    browser_of_ada: Client, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    refuse(monkeypatch, code)
    answer = browser_of_ada.post(ADDRESS, TYPED)
    trouble = ConnectError(code)
    assert answer.status_code == 422
    assert answer.context["trouble"].title == trouble.title
    alert = answer.text.split('id="connect-trouble" role="alert"')[1].split("</div>")[0]
    assert str(trouble.title).split("“")[0] in alert.replace("&#x27;", "'")
    if trouble.field in {"site", "email", "token"}:
        field = answer.text.split(f'name="{trouble.field}"')[1].split(">")[0]
        assert 'aria-describedby="connect-trouble"' in field
        assert 'aria-invalid="true"' in field


def test_K07_what_was_typed_stays_except_the_token(
    browser_of_ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(monkeypatch, "token_rejected")
    page = browser_of_ada.post(ADDRESS, {**TYPED, "expires_on": "2099-01-01"}).text
    assert f'value="{TYPED["site"]}"' in page
    assert f'value="{TYPED["email"]}"' in page
    assert 'value="2099-01-01"' in page
    assert CANARY not in page


def test_a_wrong_token_is_said_by_the_real_thing(
    browser_of_ada: Client, sandbox: Any, caplog: pytest.LogCaptureFixture
) -> None:
    form = {"site": sandbox.url, "email": DEMO_EMAIL, "token": CANARY}
    answer = browser_of_ada.post(ADDRESS, form)
    assert answer.status_code == 422
    assert "token" in answer.text.split('role="alert"')[1].split("</div>")[0]
    assert CANARY not in answer.text + caplog.text
    assert not Connection.objects.exists()


@pytest.mark.parametrize("missing", ["site", "email", "token"])
def test_an_empty_field_is_refused_before_anything_is_asked(
    browser_of_ada: Client, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setattr(actions, "connect", pytest.fail)
    answer = browser_of_ada.post(ADDRESS, {**TYPED, missing: ""})
    assert answer.status_code == 422
    assert f'id="id_{missing}_error"' in answer.text
    assert CANARY not in answer.text


def test_a_day_that_has_passed_is_no_expiry(browser_of_ada: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "connect", pytest.fail)
    past: date = timezone.localdate() - timedelta(days=2)
    answer = browser_of_ada.post(ADDRESS, {**TYPED, "expires_on": past.isoformat()})
    assert "This day has passed." in answer.text


def test_connecting_again_begins_with_the_site_and_e_mail(browser_of_ada: Client, ada: User) -> None:
    own = make_connection(ada, state=State.DISCONNECTED)
    page = browser_of_ada.get(f"{ADDRESS}?again={own.pk}").text
    assert 'value="yourteam.atlassian.net"' in page
    assert 'value="ada@yourteam.dev"' in page


def test_somebody_else_s_connection_fills_nothing_in(outsider: Client, connection: Connection) -> None:
    assert outsider.get(f"{ADDRESS}?again={connection.pk}").status_code == 404


@pytest.mark.django_db
def test_a_stranger_connects_nothing(client: Client) -> None:
    for address in (ADDRESS, "/settings/jira/sandbox/"):
        assert client.post(address, TYPED).status_code == 302
    assert not Connection.objects.exists()
