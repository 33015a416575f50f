from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from ekachit.accounts.models import User
from ekachit.connections.models import Connection
from ekachit.tasks.models import Status
from tests.web.making import make_task


def test_the_page_shows_what_is_stored(browser_of_ada: Client, ada: User, connection: Connection) -> None:
    page = browser_of_ada.get("/settings/").text
    for part in (
        "Pro plan",
        "yourteam.atlassian.net",
        "/accounts/2fa/",
        "/accounts/password/change/",
        'value="2"',
    ):
        assert part in page
    assert "Administer" not in page


def test_the_profile_is_stored_and_times_follow_the_zone(browser_of_ada: Client, ada: User) -> None:
    answer = browser_of_ada.post("/settings/profile/", {"name": "Ada", "time_zone": "Pacific/Auckland"})
    assert answer.headers["Location"] == "/settings/"
    ada.refresh_from_db()
    assert (ada.name, ada.time_zone) == ("Ada", "Pacific/Auckland")
    assert "Your profile is saved." in browser_of_ada.get("/settings/").text


def test_a_zone_that_is_none_is_refused_and_nothing_changes(browser_of_ada: Client, ada: User) -> None:
    answer = browser_of_ada.post("/settings/profile/", {"name": "<b>", "time_zone": "Mars/Phobos"})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert "&lt;b&gt;" in answer.text
    ada.refresh_from_db()
    assert ada.time_zone == "UTC"


def test_the_multiplier_changes_open_tasks_at_once(browser_of_ada: Client, ada: User) -> None:
    open_task = make_task(ada, points=3, estimate_hours=6.0)
    done = make_task(ada, points=3, estimate_hours=6.0, status=Status.DONE)
    typed = make_task(ada, points=3, estimate_hours=9.0, estimate_override_hours=9.0)
    answer = browser_of_ada.post("/settings/estimates/", {"multiplier": "2.5"}, follow=True)
    assert "The estimate of 1 open task follows it now." in answer.text
    for task, hours in ((open_task, 7.5), (done, 6.0), (typed, 9.0)):
        task.refresh_from_db()
        assert task.estimate_hours == hours


@pytest.mark.parametrize("wrong", ["", "0", "-1", "101", "two", "NaN", "1.005"])
def test_a_multiplier_that_makes_no_sense_is_refused(browser_of_ada: Client, ada: User, wrong: str) -> None:
    assert browser_of_ada.post("/settings/estimates/", {"multiplier": wrong}).status_code == 422
    ada.refresh_from_db()
    assert ada.multiplier == Decimal("2.00")


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_saving_leads_back_but_never_away_from_here(browser_of_ada: Client, back: str) -> None:
    form = {"multiplier": "2", "next": "/settings/jira/"}
    assert browser_of_ada.post("/settings/estimates/", form).headers["Location"] == "/settings/jira/"
    form["next"] = back
    assert browser_of_ada.post("/settings/estimates/", form).headers["Location"] == "/settings/"


@pytest.mark.parametrize("address", ["/settings/profile/", "/settings/estimates/"])
def test_a_stranger_stores_nothing_and_looking_stores_nothing(
    client: Client, browser_of_ada: Client, address: str
) -> None:
    assert client.post(address, {"multiplier": "9"}).status_code == 302
    assert browser_of_ada.get(address).status_code == 405


def test_a_form_without_its_proof_of_origin_is_refused(ada: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    answer = strict.post("/settings/estimates/", {"multiplier": "9"})
    assert answer.status_code == 403
    assert "This form could not be trusted." in answer.text
    ada.refresh_from_db()
    assert ada.multiplier == Decimal("2.00")


def test_an_administrator_finds_the_accounts(outsider: Client) -> None:
    assert 'href="/admin/"' in outsider.get("/settings/").text
