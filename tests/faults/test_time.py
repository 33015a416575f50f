"""T: clocks that jump, differ or tell nonsense."""

# ruff: noqa: N802 - names begin with ids

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from ekachit.connections.models import Connection, Project
from ekachit.domain.sync.schedule import LONGEST_WAIT_SECONDS, RETRY_AFTER_CAP_SECONDS
from ekachit.ops import housekeeping
from ekachit.sync.actions import set_status
from ekachit.sync.leases import LEASE_SECONDS, claim, due, to_send
from ekachit.sync.models import PassState, SiteHold
from ekachit.sync.upkeep import mend_schedule
from tests.faults.stage import Site

DAY = 86_400


@pytest.mark.parametrize("jump", [-3600, 3600, -DAY, DAY, -3650 * DAY, 3650 * DAY])
def test_T01_I20_a_clock_that_jumped_means_neither_a_storm_nor_a_year_of_silence(
    adas: Site, jump: float
) -> None:
    right = adas.clock()
    adas.forward(jump)
    adas.run()
    SiteHold.objects.create(site="held.atlassian.net", until=adas.clock() + timedelta(seconds=600))
    adas.clock.now = right
    mend_schedule(right)
    row = adas.row
    assert row.due_at is not None
    assert (row.due_at - right).total_seconds() <= LONGEST_WAIT_SECONDS, "I20"
    assert SiteHold.objects.get().until <= right + timedelta(seconds=LONGEST_WAIT_SECONDS)
    SiteHold.objects.all().delete()
    assert adas.run().state == PassState.COMPLETE
    assert adas.tasks() == adas.truth()


@pytest.mark.parametrize("hours", [2, 5, 24, 24 * 400])
def test_T01_a_hold_outlives_a_clock_that_was_set_back(adas: Site, hours: float) -> None:
    """How much of it was left nobody knows any more: at most an hour, and so long it lasts."""
    right = adas.clock()
    adas.forward(hours * 3600)
    adas.faults.arm("rate_limited", retry_after=600)
    adas.run()
    adas.clock.now = right
    mend_schedule(right)
    left = (SiteHold.objects.get().until - right).total_seconds()
    assert 600 <= left <= RETRY_AFTER_CAP_SECONDS


def test_T01_a_change_on_its_way_does_not_wait_for_a_clock_to_catch_up(adas: Site) -> None:
    Project.objects.update(two_way=True)
    right = adas.clock()
    set_status(adas.task("PAY-2"), "done", now=right + timedelta(hours=5))
    assert to_send(10, at=right) == []
    mend_schedule(right)
    assert to_send(10, at=right) == [adas.connection.pk]


def test_T01_a_lease_is_never_longer_than_a_lease(adas: Site) -> None:
    """The database's own clock was set back under it, and whoever held it died."""
    ahead = timezone.now() + timedelta(hours=5)
    Connection.objects.update(lease_until=ahead, lease_owner="dead", send_until=ahead, send_owner="dead")
    mend_schedule(adas.clock())
    row, soon = adas.row, timezone.now() + timedelta(seconds=LEASE_SECONDS + 1)
    assert row.lease_until is not None
    assert row.send_until is not None
    assert row.lease_until < soon
    assert row.send_until < soon
    held = claim(adas.connection.pk, "a worker") is None
    assert held, "it has its time, and no more"


def test_T01_an_import_is_over_though_the_clock_was_wrong_when_it_began(adas: Site) -> None:
    Connection.objects.update(picked_at=adas.clock() + timedelta(hours=5))
    mend_schedule(adas.clock())
    assert adas.run().is_import
    adas.forward(1800)
    assert not adas.run().is_import


def test_T01_housekeeping_goes_on_after_a_clock_was_set_back(
    adas: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, forgot = adas.clock(), list[datetime]()
    monkeypatch.setattr(housekeeping, "forget_old", forgot.append)
    adas.forward(3650 * DAY)
    rounds = housekeeping.Housekeeping("a test", adas.clock)
    rounds.make_round()
    adas.clock.now = right
    for _ in range(2):
        rounds.make_round()
        adas.forward(DAY)
    rounds.make_round()
    assert len(forgot) == 3


@pytest.mark.parametrize("seconds", [600, -600, DAY / 2, -DAY / 2])
def test_T03_I20_jiras_clock_is_not_ours(adas: Site, seconds: float) -> None:
    adas.faults.arm("clock_skew", seconds=seconds)
    for number in range(3):
        adas.world.edit("PAY-2", summary=f"Change {number}")
        adas.forward(1800)
        adas.run()
        assert adas.task("PAY-2").title == f"Change {number}"
    adas.faults.disarm()
    adas.world.edit("PAY-2", summary="Right again")
    adas.run()
    assert adas.task("PAY-2").title == "Right again"


@pytest.mark.parametrize("value", ["Thu, 01 Jan 1970 00:00:00 GMT", "tomorrow", ""])
def test_T03_the_date_header_says_nothing(adas: Site, value: str) -> None:
    adas.faults.arm("date_header", value=value, times=None)
    assert adas.run().state == PassState.COMPLETE


def test_T04_equal_versions_are_no_change_and_bad_ones_put_one_issue_aside(adas: Site) -> None:
    adas.faults.arm("poison_issue", victim="PAY-2", form="bad_date", times=None)
    receipt = adas.run()
    assert receipt.state in {PassState.COMPLETE, PassState.PARTIAL}
    assert adas.presence()["PAY-2"] == "current"


def test_T07_leases_follow_the_databases_clock(adas: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers whose own clocks are ten years apart agree on who has a connection."""
    Connection.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    wrong: dict[str, Any] = {"now": lambda: datetime(2036, 1, 1, tzinfo=UTC)}
    assert adas.connection.pk in due(10)
    first = claim(adas.connection.pk, "right")
    monkeypatch.setattr(timezone, "now", wrong["now"])
    assert claim(adas.connection.pk, "ten years ahead") is None
    assert adas.connection.pk not in due(10)
    assert first is not None
