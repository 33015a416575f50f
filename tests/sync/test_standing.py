# ruff: noqa: N802 # names begin with ids
"""I17: what is shown of the sync is never better than the truth."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from ekachit.accounts.actions import add_account
from ekachit.accounts.models import User
from ekachit.connections.models import Connection, State
from ekachit.sync.models import Pass, PassState, SiteHold
from ekachit.sync.standing import SideBar, ago, is_up_to_date, side_bar, standings_of
from tests.web.making import make_connection

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


@pytest.fixture
def ada(db: None) -> User:
    return add_account("ada@yourteam.dev", plan="pro")


@pytest.fixture
def connection(ada: User) -> Connection:
    return make_connection(ada, due_at=NOW + timedelta(minutes=26), picked_at=NOW - timedelta(days=9))


@pytest.fixture(autouse=True)
def _in_berlin() -> Iterator[None]:
    with timezone.override("Europe/Berlin"):
        yield


def passed(
    connection: Connection, minutes: float, state: PassState = PassState.COMPLETE, **fields: Any
) -> Pass:
    """A pass that ended so many minutes ago."""
    ended = NOW - timedelta(minutes=minutes)
    fields = {"epoch": 1, "started_at": ended - timedelta(seconds=1), "ended_at": ended} | fields
    return Pass.objects.create(connection=connection, state=state, **fields)


def line(user: User) -> SideBar:
    found = side_bar(standings_of(user, now=NOW), now=NOW)
    assert found is not None
    return found


def test_I17_a_sync_that_worked_lately_is_up_to_date(ada: User, connection: Connection) -> None:
    passed(connection, 4)
    assert line(ada) == SideBar("ok", "Jira synced 4 min ago", "next in 26 min", connection.pk)


@pytest.mark.parametrize("minutes", [-3, -60 * 5, -60 * 24 * 400])
def test_I17_T01_a_sync_of_a_time_to_come_is_not_up_to_date(
    ada: User, connection: Connection, minutes: float
) -> None:
    """The clock was set back since: how long ago it was nobody knows, so it is said as it was written down."""
    passed(connection, minutes)
    said = line(ada)
    assert said.tone == "trouble"
    assert "ago" not in said.text


@pytest.mark.parametrize("minutes", [35.1, 60, 60 * 24 * 40])
def test_I17_what_is_older_than_35_minutes_is_not_up_to_date(
    ada: User, connection: Connection, minutes: float
) -> None:
    passed(connection, minutes)
    told = line(ada)
    assert told.tone == "trouble"
    assert told.text.startswith("Jira last synced ")


@pytest.mark.parametrize("state", [PassState.FAILED, PassState.PARTIAL])
def test_I17_a_last_attempt_that_failed_is_not_up_to_date(
    ada: User, connection: Connection, state: PassState
) -> None:
    passed(connection, 40)
    passed(connection, 2, state, code="timeout")
    told = line(ada)
    assert (told.tone, told.text) == ("trouble", "Jira last synced 40 min ago")
    assert told.detail == "Jira did not answer in time. next in 26 min"


def test_I17_a_failure_hides_no_success_and_a_success_hides_no_failure(
    ada: User, connection: Connection
) -> None:
    passed(connection, 9)
    passed(connection, 5, PassState.FAILED, code="server_error")
    assert line(ada).tone == "trouble"
    passed(connection, 3)
    assert line(ada).tone == "ok"


def test_I17_a_site_on_hold_says_until_when(ada: User, connection: Connection) -> None:
    until = NOW + timedelta(minutes=12)
    passed(connection, 120)
    passed(connection, 1, PassState.FAILED, code="rate_limited")
    SiteHold.objects.create(site=connection.site, until=until, code="rate_limited", failures=1)
    assert line(ada).detail == "Jira asked us to wait until 10:42"
    SiteHold.objects.update(code="timeout")
    assert line(ada).detail == "Jira does not answer; next try at 10:42"
    SiteHold.objects.update(until=NOW)
    assert "10:42" not in line(ada).detail


def test_I17_where_nobody_works_that_is_said(ada: User, connection: Connection) -> None:
    passed(connection, 90)
    Connection.objects.update(due_at=NOW - timedelta(minutes=60))
    told = line(ada)
    assert (told.tone, told.detail) == ("trouble", "The next sync is late. Is the worker running?")


def test_I17_an_import_that_nobody_begins_is_said_too(ada: User, connection: Connection) -> None:
    Connection.objects.update(due_at=NOW - timedelta(minutes=60))
    told = line(ada)
    assert (told.tone, told.text) == ("trouble", "Jira not imported yet")
    assert "worker" in told.detail


def test_I17_a_pass_that_died_is_not_a_success(ada: User, connection: Connection) -> None:
    passed(connection, 50)
    passed(connection, 0, PassState.RUNNING, ended_at=None)
    assert line(ada).tone == "trouble"


def test_I17_a_refused_token_is_never_up_to_date(ada: User, connection: Connection) -> None:
    passed(connection, 1)
    Connection.objects.update(state=State.NEEDS_TOKEN, due_at=None)
    assert line(ada) == SideBar("trouble", "Jira needs a new token", "Jira synced 1 min ago", connection.pk)


def test_a_paused_connection_says_what_it_needs(ada: User, connection: Connection) -> None:
    Connection.objects.update(state=State.PAUSED, due_at=None)
    assert line(ada).tone == "off"
    assert "Pro plan" in line(ada).text


def test_an_import_counts(ada: User, connection: Connection) -> None:
    Connection.objects.update(lease_until=NOW + timedelta(minutes=1), due_at=NOW)
    progress = {"1": [3, 8], "2": [0, None]}
    passed(connection, 0, PassState.RUNNING, ended_at=None, is_import=True, progress=progress)
    assert line(ada) == SideBar("busy", "Importing from Jira", "3 of about 8", connection.pk)


def test_a_sync_that_runs_is_no_import(ada: User, connection: Connection) -> None:
    passed(connection, 30)
    Connection.objects.update(due_at=NOW)
    assert line(ada) == SideBar("busy", "Syncing with Jira", "", connection.pk)


def test_a_stopped_import_says_how_to_go_on(ada: User, connection: Connection) -> None:
    Connection.objects.update(due_at=None)
    passed(connection, 1, PassState.STOPPED)
    assert line(ada) == SideBar("off", "Jira import stopped", "Resume it where it stopped", connection.pk)


def test_before_the_first_import_nothing_is_claimed(ada: User, connection: Connection) -> None:
    Connection.objects.update(due_at=None)
    assert line(ada).text == "Jira not imported yet"


def test_the_worst_of_several_is_told(ada: User, connection: Connection) -> None:
    passed(connection, 1)
    other = make_connection(ada, site="other.atlassian.net", picked_at=NOW - timedelta(days=9))
    passed(other, 1, PassState.FAILED, code="timeout")
    assert line(ada).connection_id == other.pk
    Connection.objects.filter(pk=other.pk).update(state=State.DISCONNECTED)
    assert line(ada).tone == "ok"


def test_somebody_else_s_is_not_mine(ada: User, connection: Connection) -> None:
    passed(connection, 1)
    assert side_bar(standings_of(add_account("eve@yourteam.dev"), now=NOW), now=NOW) is None


def test_several_connections_cost_as_many_queries_as_one(
    ada: User, connection: Connection, django_assert_num_queries: Any
) -> None:
    for number in range(4):
        passed(make_connection(ada, site=f"site{number}.atlassian.net"), 3)
    with django_assert_num_queries(2):
        found = standings_of(ada, now=NOW)
        assert side_bar(found, now=NOW) is not None
    assert len(found) == 5


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "less than a minute ago"),
        (59, "less than a minute ago"),
        (60, "1 min ago"),
        (61, "2 min ago"),
        (3600, "60 min ago"),
        (3601, "2 h ago"),
        (48 * 3600, "48 h ago"),
        (48 * 3600 + 1, "3 days ago"),
    ],
)
def test_I17_a_success_is_never_shown_as_later_than_it_was(seconds: int, words: str) -> None:
    assert ago(NOW - timedelta(seconds=seconds), NOW) == words


@pytest.mark.parametrize("state", [State.CONNECTED, State.NEEDS_TOKEN, State.PAUSED])
@pytest.mark.parametrize("minutes", [0, 34.9, 35, 35.1, 300])
@pytest.mark.parametrize("last", list(PassState))
def test_I17_up_to_date_implies_a_success_of_the_last_35_minutes(
    ada: User, connection: Connection, last: PassState, minutes: float, state: State
) -> None:
    ended = None if last == PassState.RUNNING else NOW - timedelta(minutes=minutes)
    passed(connection, minutes, last, ended_at=ended)
    Connection.objects.update(state=state)
    (standing,) = standings_of(ada, now=NOW)
    shown = side_bar([standing], now=NOW)
    assert shown is not None
    honest = last == PassState.COMPLETE and minutes <= 35 and state == State.CONNECTED
    assert is_up_to_date(standing, now=NOW) == honest
    assert (shown.tone == "ok") == honest
