from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ekachit.connections import actions
from ekachit.connections.errors import ConnectError
from ekachit.connections.models import Connection, Project, State


@pytest.fixture
def address(connection: Connection) -> str:
    return f"/settings/jira/{connection.pk}/projects/"


def test_at_first_those_with_open_issues_are_picked(
    browser_of_ada: Client, connection: Connection, address: str
) -> None:
    Project.objects.update(picked=False)
    Connection.objects.update(picked_at=None)
    page = browser_of_ada.get(address).text
    assert "60 open issues are assigned to you" in page
    assert 'value="10001" checked' in page
    assert 'value="10003">' in page
    assert "Start import" in page


def test_later_those_picked_before_are(browser_of_ada: Client, connection: Connection, address: str) -> None:
    Project.objects.update(picked=False)
    page = browser_of_ada.get(address).text
    assert " checked" not in page


def test_picking_stores_the_choice_and_starts_the_import(
    browser_of_ada: Client, connection: Connection, address: str
) -> None:
    answer = browser_of_ada.post(address, {"project": ["10002", "10003"]})
    assert answer.headers["Location"] == f"/settings/jira/{connection.pk}/"
    assert set(Project.objects.filter(picked=True).values_list("key", flat=True)) == {"OPS", "HR"}
    connection.refresh_from_db()
    assert connection.due_at is not None
    assert connection.due_at <= timezone.now()


def test_nothing_picked_is_said_clearly(browser_of_ada: Client, connection: Connection, address: str) -> None:
    answer = browser_of_ada.post(address)
    assert answer.status_code == 422
    assert "No project is picked." in answer.text
    assert Project.objects.filter(picked=True).count() == 2


def test_a_project_that_is_not_on_the_list_is_refused(browser_of_ada: Client, address: str) -> None:
    answer = browser_of_ada.post(address, {"project": ["10001", "99999"]})
    assert answer.status_code == 422
    assert 'value="10001" checked' in answer.text


def test_a_long_list_has_a_filter(browser_of_ada: Client, connection: Connection, address: str) -> None:
    assert "data-filter " not in browser_of_ada.get(address).text
    for number in range(20):
        Project.objects.create(connection=connection, project_id=f"2{number}", key=f"K{number}", name="<i>")
    page = browser_of_ada.get(address).text
    assert "data-filter " in page
    assert "<i>" not in page


def test_a_refused_refresh_is_said_and_keeps_the_list(
    browser_of_ada: Client, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any) -> None:
        raise ConnectError("rate_limited")

    monkeypatch.setattr(actions, "refresh_projects", refused)
    page = browser_of_ada.post(f"{address}refresh/", follow=True).text
    assert "Jira asks us to wait" in page
    assert "Payments" in page


def test_a_disconnected_one_has_no_projects_to_pick(
    browser_of_ada: Client, connection: Connection, address: str
) -> None:
    Connection.objects.update(state=State.DISCONNECTED)
    assert browser_of_ada.get(address).headers["Location"] == "/settings/jira/"


def test_an_outsider_picks_nothing(client: Client, outsider: Client, address: str) -> None:
    assert outsider.get(address).status_code == 404
    assert outsider.post(address, {"project": "10003"}).status_code == 404
    assert outsider.post(f"{address}refresh/").status_code == 404
    assert client.post(address, {"project": "10003"}).status_code == 302
    assert not Project.objects.get(project_id="10003").picked
