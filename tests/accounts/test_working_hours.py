"""Working days and hours, days off, and what pages are like for a person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from ekachit.accounts.actions import (
    AccountError,
    Look,
    add_account,
    add_days_off,
    remove_days_off,
    set_look,
    set_working_hours,
)
from ekachit.accounts.models import DayOff, User
from ekachit.accounts.queries import days_off_of, working_hours

MONDAY, FRIDAY, WEEK_AFTER = date(2026, 11, 23), date(2026, 11, 27), date(2026, 12, 4)


@pytest.fixture
def ada(db: None) -> User:
    return add_account("ada@yourteam.dev")


def test_at_first_a_week_is_monday_to_friday_nine_to_six(ada: User) -> None:
    assert (ada.hours.weekdays, ada.hours.begins, ada.hours.ends) == (frozenset(range(5)), time(9), time(18))


def test_days_and_hours_are_kept_in_the_person_s_zone(ada: User) -> None:
    ada.time_zone = "Asia/Kolkata"
    ada.save()
    set_working_hours(ada, days="126", begins=time(22), ends=time(6))
    kept = User.objects.get(pk=ada.pk).hours
    assert (kept.weekdays, kept.begins, kept.ends, kept.zone.key) == (
        frozenset([1, 2, 6]),
        time(22),
        time(6),
        "Asia/Kolkata",
    )


@pytest.mark.parametrize("days", ["", "7", "10", "00", "0 1", "monday"])
def test_a_week_without_days_or_with_strange_ones_is_refused(ada: User, days: str) -> None:
    with pytest.raises(AccountError) as caught:
        set_working_hours(ada, days=days, begins=time(9), ends=time(17))
    assert caught.value.code == "working_days"
    ada.refresh_from_db()
    assert ada.working_days == "01234"


def test_a_day_has_a_length(ada: User) -> None:
    with pytest.raises(AccountError) as caught:
        set_working_hours(ada, days="01234", begins=time(9), ends=time(9))
    assert caught.value.code == "working_hours"


def test_days_off_are_kept_once_and_forgotten(
    ada: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert add_days_off(ada, MONDAY, FRIDAY) == 5
    assert add_days_off(ada, FRIDAY, WEEK_AFTER) == 7
    with django_assert_num_queries(1):
        assert not working_hours(ada, MONDAY).works(FRIDAY)
    assert working_hours(ada, WEEK_AFTER).days_off == {WEEK_AFTER}
    assert remove_days_off(ada, MONDAY, FRIDAY) == 5
    assert working_hours(ada, MONDAY).works(FRIDAY)
    assert len(days_off_of(ada, MONDAY)) == 7


def test_days_off_are_each_person_s_own(ada: User) -> None:
    add_days_off(ada, MONDAY, FRIDAY)
    ben = add_account("ben@yourteam.dev")
    assert working_hours(ben, MONDAY).works(FRIDAY)
    assert remove_days_off(ben, MONDAY, FRIDAY) == 0
    with pytest.raises(IntegrityError), transaction.atomic():
        DayOff.objects.create(user=ada, day=MONDAY)


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [(FRIDAY, MONDAY, "days_off_order"), (MONDAY, date(2028, 1, 1), "days_off_many")],
)
def test_days_off_that_make_no_sense_are_refused(ada: User, first: date, last: date, code: str) -> None:
    with pytest.raises(AccountError) as caught:
        add_days_off(ada, first, last)
    assert caught.value.code == code
    assert not DayOff.objects.exists()


def test_looks_are_kept(ada: User) -> None:
    assert (ada.appearance, ada.language, ada.browser_notifications) == ("system", "", False)
    set_look(ada, Look("dark", "en", browser_notifications=True))
    ada.refresh_from_db()
    assert (ada.appearance, ada.language, ada.browser_notifications) == ("dark", "en", True)


@pytest.mark.parametrize(
    ("appearance", "language", "code"), [("pink", "", "appearance"), ("dark", "tlh", "language")]
)
def test_looks_that_do_not_exist_are_refused(ada: User, appearance: str, language: str, code: str) -> None:
    with pytest.raises(AccountError) as caught:
        set_look(ada, Look(appearance, language, browser_notifications=True))
    assert caught.value.code == code
    ada.refresh_from_db()
    assert (ada.appearance, ada.language, ada.browser_notifications) == ("system", "", False)


@pytest.mark.parametrize(
    ("field", "value"), [("working_days", "9"), ("language", "tlh"), ("appearance", "pink")]
)
def test_forms_refuse_it_too(field: str, value: str) -> None:
    user = User(email="ada@yourteam.dev", password="x")
    setattr(user, field, value)
    checks: Callable[..., None] = user.full_clean
    with pytest.raises(ValidationError) as caught:
        checks(validate_unique=False)
    assert set(caught.value.message_dict) == {field}
