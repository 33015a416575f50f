"""The wizard that maps a number field to story points."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from ekachit.accounts.models import User
from ekachit.connections.errors import ConnectError
from ekachit.connections.models import Connection, Project, State
from ekachit.jira.samples import Candidate
from ekachit.web import mapping
from tests.web.syncing import SANDBOX_PROJECTS, connect_and_import

FOUND = [
    Candidate("customfield_10016", "Story Points", None, (3.0, 5.0, 0.5, 8.0, 1.0)),
    Candidate("customfield_10090", "Effort <b>", "10002", (2.0,)),
    Candidate("customfield_10091", "Budget", None, ()),
]


@pytest.fixture
def address(connection: Connection) -> str:
    return f"/settings/jira/{connection.pk}/mapping/"


@pytest.fixture
def jira(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Jira has, without asking one."""
    monkeypatch.setattr(mapping, "candidates", lambda _: FOUND)


def value_of(page: str, name: str) -> str:
    """The value of the radio button of a field."""
    button = page.partition(f"<span>{name}")[0].rpartition('name="field" value="')[2]
    return unescape(button.partition('"')[0])


def test_the_fields_are_shown_with_values_of_one_s_own(
    browser_of_ada: Client, jira: None, address: str
) -> None:
    page = browser_of_ada.get(address).text
    samples = page.partition("customfield_10016")[2].partition("</label>")[0]
    assert re.findall(r"<span>([\d.]+)</span>", samples) == ["3", "5", "0.5", "8", "1"]
    assert "empty in your open issues" in page.partition("customfield_10091")[2].partition("</label>")[0]
    assert "customfield_10090" not in page
    used = page.partition("used now")[0].rpartition("<li>")[2]
    assert "Jira’s own story points" in used


def test_a_field_of_a_project_is_offered_there_alone(
    browser_of_ada: Client, jira: None, address: str
) -> None:
    page = browser_of_ada.get(f"{address}?project=10002").text
    assert "Effort &lt;b&gt;" in page
    assert "customfield_10090" not in browser_of_ada.get(f"{address}?project=10001").text


def test_a_choice_for_everywhere_is_stored_and_every_issue_read_anew(
    browser_of_ada: Client, jira: None, connection: Connection, address: str
) -> None:
    Connection.objects.update(due_at=timezone.now() + timedelta(minutes=20))
    value = value_of(browser_of_ada.get(address).text, "Story Points")
    answer = browser_of_ada.post(address, {"field": value}, follow=True)
    connection.refresh_from_db()
    assert (connection.points_override, connection.points_override_name) == (
        "customfield_10016",
        "Story Points",
    )
    assert connection.reread
    assert connection.due_at is not None
    assert connection.due_at <= timezone.now()
    assert "Every issue is read anew" in answer.text
    assert "used now" in browser_of_ada.get(address).text.partition("customfield_10016")[0][-200:]


def test_a_choice_for_a_project_and_back(
    browser_of_ada: Client, jira: None, connection: Connection, address: str
) -> None:
    value = value_of(browser_of_ada.get(f"{address}?project=10002").text, "Effort")
    browser_of_ada.post(address, {"field": value, "project": "10002"})
    ops = Project.objects.get(connection=connection, key="OPS")
    assert ops.points_override == "customfield_10090"
    card = browser_of_ada.get(f"/settings/jira/{connection.pk}/").text
    assert "Effort &lt;b&gt;" in card.partition('id="mapping"')[2].partition("</section>")[0]
    browser_of_ada.post(address, {"field": "standard", "project": "10002"})
    ops.refresh_from_db()
    connection.refresh_from_db()
    assert (ops.points_override, connection.points_override) == ("", "")


@pytest.mark.parametrize("field", ["", "customfield_10016", '["customfield_1","x"]:forged', "standard:x"])
def test_a_field_that_jira_did_not_name_is_refused(
    browser_of_ada: Client, jira: None, connection: Connection, address: str, field: str
) -> None:
    answer = browser_of_ada.post(address, {"field": field})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    connection.refresh_from_db()
    assert not connection.reread


def test_where_jira_does_not_answer_the_page_says_so(
    browser_of_ada: Client, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    def refuse(_: Connection) -> list[Candidate]:
        raise ConnectError("timeout")

    monkeypatch.setattr(mapping, "candidates", refuse)
    page = browser_of_ada.get(address).text
    assert "Jira did not answer in time." in page
    assert "Jira’s own story points" in page


def test_it_needs_pro_and_a_connection_that_is_not_over(
    browser_of_ada: Client, jira: None, connection: Connection, ada: User, address: str
) -> None:
    Connection.objects.update(state=State.DISCONNECTED)
    assert browser_of_ada.get(address).headers["Location"] == "/settings/jira/"
    ada.plan = "free"
    ada.save()
    assert browser_of_ada.get(address).headers["Location"] == "/settings/jira/"
    assert browser_of_ada.post(address, {"field": "standard"}).status_code == 403


def test_an_outsider_sees_and_changes_nothing(
    client: Client, outsider: Client, jira: None, connection: Connection, address: str
) -> None:
    for visit in (outsider.get(address), outsider.post(address, {"field": "standard"})):
        assert visit.status_code == 404
    assert client.get(address).status_code == 302
    connection.refresh_from_db()
    assert not connection.reread


def test_a_project_that_the_site_never_showed_is_not_there(
    browser_of_ada: Client, jira: None, address: str
) -> None:
    assert browser_of_ada.get(f"{address}?project=666").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_sandbox_has_fields_with_values(browser_of_ada: Client, sandbox: object, ada: User) -> None:
    connection = connect_and_import(ada, picked=SANDBOX_PROJECTS)
    page = browser_of_ada.get(f"/settings/jira/{connection.pk}/mapping/").text
    assert "Story Points" in page
    assert "values in your issues:" in page
