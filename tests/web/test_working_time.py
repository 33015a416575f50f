"""Working days and hours, and days off."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from ekachit.accounts.models import DayOff, User
from ekachit.web.day_stretches import Stretch, stretches

HOURS = "/settings/hours/"
OFF = "/settings/days-off/"
FORGET = "/settings/days-off/forget/"
GOOD = {"days": ["0", "2", "6"], "begins": "22:00", "ends": "06:30"}


def ahead(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def test_days_and_hours_are_stored(browser_of_ada: Client, ada: User) -> None:
    assert browser_of_ada.post(HOURS, GOOD).headers["Location"] == "/settings/#working"
    ada.refresh_from_db()
    assert (ada.working_days, ada.work_begins, ada.work_ends) == ("026", time(22), time(6, 30))
    page = browser_of_ada.get("/settings/").text
    assert 'value="22:00"' in page
    assert page.count("checked") == 3 + 1  # and the colours


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"days": []}, "Choose at least one working day."),
        ({"days": ["7"]}, "7"),
        ({"ends": "22:00"}, "Work ends when it begins."),
        ({"begins": ""}, "This field is required."),
        ({"begins": "25:00"}, "valid time"),
    ],
)
def test_what_makes_no_sense_is_refused(
    browser_of_ada: Client, ada: User, change: dict[str, object], words: str
) -> None:
    answer = browser_of_ada.post(HOURS, GOOD | change)
    assert answer.status_code == 422
    assert words in answer.text
    ada.refresh_from_db()
    assert ada.working_days == "01234"


def test_days_off_are_added_as_a_stretch_and_removed(browser_of_ada: Client, ada: User) -> None:
    page = browser_of_ada.post(OFF, {"first": ahead(10), "last": ahead(12)}, follow=True).text
    assert "3 days off are added." in page
    assert f'<input type="hidden" name="last" value="{ahead(12)}">' in page
    assert "3 days</span>" in page
    again = browser_of_ada.post(OFF, {"first": ahead(11), "last": ""}, follow=True).text
    assert "These were days off already." in again
    page = browser_of_ada.post(FORGET, {"first": ahead(10), "last": ahead(12)}, follow=True).text
    assert "3 days off are removed." in page
    assert not DayOff.objects.exists()


@pytest.mark.parametrize("address", [OFF, FORGET])
@pytest.mark.parametrize("form", [{"first": ""}, {"first": "soon"}])
def test_a_day_that_is_none_is_refused(browser_of_ada: Client, address: str, form: dict[str, str]) -> None:
    assert browser_of_ada.post(address, form).status_code == 422
    assert not DayOff.objects.exists()


def test_days_the_wrong_way_round_are_refused(browser_of_ada: Client) -> None:
    answer = browser_of_ada.post(OFF, {"first": ahead(5), "last": ahead(4)})
    assert answer.status_code == 422
    assert "The last day is before the first one." in answer.text


def test_days_that_passed_are_not_shown(browser_of_ada: Client, ada: User) -> None:
    DayOff.objects.create(user=ada, day=timezone.localdate() - timedelta(days=1))
    assert "None ahead." in browser_of_ada.get("/settings/").text


def test_nobody_changes_another_s(outsider: Client, client: Client, ada: User) -> None:
    DayOff.objects.create(user=ada, day=date.fromisoformat(ahead(3)))
    outsider.post(FORGET, {"first": ahead(0), "last": ahead(9)})
    assert DayOff.objects.filter(user=ada).count() == 1
    assert ahead(3) not in outsider.get("/settings/").text
    for address in (HOURS, OFF, FORGET):
        assert client.post(address, GOOD).status_code == 302
        assert outsider.get(address).status_code == 405


def test_stretches_are_days_that_follow_each_other() -> None:
    first = date(2026, 12, 30)
    days = [first + timedelta(days=number) for number in (0, 1, 2, 5, 9, 10)]
    assert stretches(days) == [
        Stretch(first, date(2027, 1, 1)),
        Stretch(date(2027, 1, 4), date(2027, 1, 4)),
        Stretch(date(2027, 1, 8), date(2027, 1, 9)),
    ]
    assert [each.days for each in stretches(days)] == [3, 1, 2]
    assert stretches([]) == []
