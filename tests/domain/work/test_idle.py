"""When a session that ran on is asked about."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ekachit.domain.work.hours import WorkingHours
from ekachit.domain.work.idle import IDLE, Reason, Trim, question

BERLIN = ZoneInfo("Europe/Berlin")
HOURS = WorkingHours(BERLIN, begins=time(9), ends=time(18))


def at(hour: int, minute: int = 0, *, day: int = 25) -> datetime:
    """A moment of November 2026 in Berlin; the 25th is a Wednesday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("started", "sign", "now"),
    [
        (at(9), at(9), at(13)),
        (at(9), at(12), at(15, 59)),
        (at(15), at(17), at(18)),
        (at(15), at(17, 20), at(18, 30)),
        (at(17), at(20), at(21)),
        (at(20), at(20), at(23)),
        (at(15, day=28), at(15, day=28), at(19, day=28)),
    ],
    ids=[
        "four hours to the minute",
        "at work in the editor",
        "the end of the day itself",
        "half an hour longer",
        "at work in the evening",
        "begun in the evening",
        "a Saturday",
    ],
)
def test_nobody_is_asked_while_all_is_well(started: datetime, sign: datetime, now: datetime) -> None:
    assert question(started, sign, now, HOURS) is None


@pytest.mark.parametrize(
    ("started", "sign", "now", "reason", "trims"),
    [
        (at(9), at(10), at(14, 1), Reason.IDLE, {Trim.LAST_SIGN: at(10)}),
        (at(9), at(9), at(13, 1), Reason.IDLE, {}),
        (at(15), at(17), at(18, 31), Reason.DAY_OVER, {Trim.LAST_SIGN: at(17), Trim.DAY_END: at(18)}),
        (at(15), at(17), at(9, day=26), Reason.IDLE, {Trim.LAST_SIGN: at(17), Trim.DAY_END: at(18)}),
        (at(17), at(17), at(9, day=26), Reason.IDLE, {Trim.DAY_END: at(18)}),
        (at(19), at(20), at(9, day=26), Reason.IDLE, {Trim.LAST_SIGN: at(20)}),
        (at(15, day=28), at(16, day=28), at(9, day=29), Reason.IDLE, {Trim.LAST_SIGN: at(16, day=28)}),
    ],
    ids=[
        "idle",
        "never seen again",
        "past the day",
        "overnight",
        "overnight, unseen",
        "from the evening",
        "weekend",
    ],
)
def test_what_ran_on_is_asked_about(
    started: datetime, sign: datetime, now: datetime, reason: Reason, trims: dict[Trim, datetime]
) -> None:
    asked = question(started, sign, now, HOURS)
    assert asked is not None
    assert (asked.reason, asked.unseen_since, dict(asked.trims)) == (reason, sign, trims)


MINUTES = some.integers(0, 60 * 24 * 5)


@given(MINUTES, MINUTES, some.sampled_from([BERLIN, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("UTC")]))
def test_every_cut_lies_inside_the_session_and_more_than_four_hours_always_ask(
    worked: int, unseen: int, zone: ZoneInfo
) -> None:
    started = datetime(2026, 10, 2, 8, tzinfo=UTC)
    sign = started + timedelta(minutes=worked)
    now = sign + timedelta(minutes=unseen)
    asked = question(started, sign, now, WorkingHours(zone))
    if now - sign > IDLE:
        assert asked is not None
    if asked is not None:
        moments = [moment for _, moment in asked.trims]
        assert moments == sorted(moments)
        assert all(started < moment <= now for moment in moments)
        assert question(started, now, now, WorkingHours(zone)) is None, "kept is kept"
