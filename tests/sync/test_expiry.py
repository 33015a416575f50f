"""A token's end is announced 14, 3 and 1 days ahead, once each, in the person's own days."""

# ruff: noqa: N802 # names begin with the ids of faults

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ekachit.accounts.actions import add_account
from ekachit.accounts.models import Notice, User
from ekachit.connections.actions import disconnect
from ekachit.connections.models import Connection, State
from ekachit.sync.expiry import days_left, warn_of_expiry
from tests.web.making import make_connection

NOON = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def ada(db: None) -> User:
    return add_account("ada@yourteam.dev", plan="pro")


def ending(user: User, day: date | None, **fields: Any) -> Connection:
    return make_connection(user, token_expires_on=day, **fields)


def test_A10_each_warning_comes_once_and_says_how_long_there_is(ada: User) -> None:
    end = date(2027, 3, 31)
    connection = ending(ada, end)
    told = []
    for day in range(33):
        now = NOON + timedelta(days=day)
        told.append(warn_of_expiry(now) + warn_of_expiry(now + timedelta(hours=1)))
    assert [day for day, new in enumerate(told) if new] == [16, 27, 29]
    assert sum(told) == 3
    notices = list(Notice.objects.order_by("id"))
    assert [each.params["days"] for each in notices] == [14, 3, 1]
    assert notices[0].kind == "token_expires"
    assert notices[0].params == {
        "site": connection.site,
        "connection": connection.pk,
        "days": 14,
        "on": "2027-03-31",
    }


@pytest.mark.parametrize(
    ("zone", "days"), [("Pacific/Kiritimati", 13), ("UTC", 14), ("Pacific/Pago_Pago", 15)]
)
def test_A10_days_are_the_persons_own(ada: User, zone: str, days: int) -> None:
    ada.time_zone = zone
    ada.save()
    now = datetime(2027, 3, 17, 10, 30, tzinfo=UTC)
    connection = ending(ada, date(2027, 3, 31))
    assert days_left(connection, now) == days
    assert warn_of_expiry(now) == (1 if days <= 14 else 0)


@pytest.mark.parametrize("state", [State.NEEDS_TOKEN, State.PAUSED, State.DISCONNECTED])
def test_a_token_that_is_not_used_is_not_warned_of(ada: User, state: State) -> None:
    ending(ada, date(2027, 3, 2), state=state)
    assert warn_of_expiry(NOON) == 0


def test_A10_nothing_is_guessed_where_nobody_knows_the_day(ada: User) -> None:
    connection = ending(ada, None)
    assert days_left(connection, NOON) is None
    assert warn_of_expiry(NOON) == 0


def test_a_second_end_is_warned_of_anew(ada: User) -> None:
    connection = ending(ada, date(2027, 3, 2))
    assert warn_of_expiry(NOON) == 1
    Connection.objects.filter(pk=connection.pk).update(token_expires_on=date(2027, 3, 4))
    assert warn_of_expiry(NOON) == 1


def test_what_was_said_of_a_token_goes_with_it(ada: User) -> None:
    first = ending(ada, date(2027, 3, 2))
    ending(ada, date(2027, 3, 2), site="other.atlassian.net")
    assert warn_of_expiry(NOON) == 2
    disconnect(first)
    assert [each.params["site"] for each in Notice.objects.all()] == ["other.atlassian.net"]


def test_many_tokens_cost_as_many_queries_as_none(ada: User, django_assert_num_queries: Any) -> None:
    for number in range(5):
        ending(ada, date(2027, 3, 2), site=f"site{number}.atlassian.net")
    assert warn_of_expiry(NOON) == 5
    with django_assert_num_queries(2):
        assert warn_of_expiry(NOON) == 0
