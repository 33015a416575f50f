"""Days, working days and their hours, where clocks change too."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ekachit.domain.work.days import Stretch, hours_by_day, midnight, split
from ekachit.domain.work.hours import WorkingHours

BERLIN, SAO_PAULO, LORD_HOWE = (
    ZoneInfo(name) for name in ("Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe")
)
ZONES = some.sampled_from([BERLIN, SAO_PAULO, LORD_HOWE, ZoneInfo("Pacific/Apia"), ZoneInfo("UTC")])
# Around each change of clocks: Berlin 2026, São Paulo 2018 (at midnight), Lord Howe 2026 (by half an hour), Apia's
# missing day in 2011.
CHANGES = [
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2018, 11, 4, 3, tzinfo=UTC),
    datetime(2018, 2, 18, 2, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
    datetime(2011, 12, 30, 10, tzinfo=UTC),
]
MOMENTS = some.builds(
    lambda change, minutes: change + timedelta(minutes=minutes),
    some.sampled_from(CHANGES),
    some.integers(-4000, 4000),
)
STRETCHES = some.builds(
    lambda start, seconds: Stretch(start, start + timedelta(seconds=seconds)),
    MOMENTS,
    some.integers(1, 300_000),
)


@given(STRETCHES, ZONES)
def test_the_parts_of_a_stretch_add_up_and_lie_on_their_days(stretch: Stretch, zone: ZoneInfo) -> None:
    parts = list(split(stretch, zone))
    assert sum(seconds for _, seconds in parts) == pytest.approx(stretch.seconds)
    at = stretch.start
    for day, seconds in parts:
        assert seconds > 0
        middle = at + timedelta(seconds=seconds / 2)
        assert middle.astimezone(zone).date() == day
        at += timedelta(seconds=seconds)
    days = [day for day, _ in parts]
    assert days == sorted(set(days)), "each day once, in order"


@given(STRETCHES, ZONES)
def test_a_stretch_is_as_long_as_it_took_in_whatever_zone_it_is_written(
    stretch: Stretch, zone: ZoneInfo
) -> None:
    local = Stretch(stretch.start.astimezone(zone), stretch.end.astimezone(zone))
    assert local.seconds == stretch.seconds
    assert list(split(local, zone)) == list(split(stretch, zone))


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (BERLIN, date(2026, 3, 29), 23),
        (BERLIN, date(2026, 10, 25), 25),
        (SAO_PAULO, date(2018, 11, 4), 23),
        (SAO_PAULO, date(2018, 2, 17), 25),
        (LORD_HOWE, date(2026, 4, 5), 24.5),
        (LORD_HOWE, date(2026, 10, 4), 23.5),
        (ZoneInfo("Pacific/Apia"), date(2011, 12, 30), 0),
    ],
)
def test_a_day_where_clocks_change_is_as_long_as_it_was(zone: ZoneInfo, day: date, hours: float) -> None:
    start, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    assert (end - start).total_seconds() == hours * 3600
    around = Stretch(start - timedelta(hours=1), end + timedelta(hours=1))
    assert dict(split(around, zone)).get(day, 0) == hours * 3600


def test_hours_of_a_day_are_summed_and_a_night_is_split() -> None:
    def at(day: int, hour: int) -> datetime:
        return datetime(2026, 11, day, hour, tzinfo=BERLIN)

    worked = [Stretch(at(2, 9), at(2, 11)), Stretch(at(2, 14), at(2, 15)), Stretch(at(2, 22), at(3, 1))]
    assert hours_by_day(worked, WorkingHours(BERLIN)) == {date(2026, 11, 2): 5, date(2026, 11, 3): 1}


def test_what_was_typed_and_is_long_is_laid_over_working_days() -> None:
    friday = datetime(2026, 11, 6, 12, tzinfo=BERLIN)
    typed = Stretch(friday - timedelta(hours=40), friday, typed=True)
    hours = WorkingHours(BERLIN, begins=time(9), ends=time(17), days_off=frozenset([date(2026, 11, 4)]))
    assert hours_by_day([typed], hours) == {date(2026, 11, day): 8 for day in (6, 5, 3, 2)} | {
        date(2026, 10, 30): 8
    }


def test_what_was_typed_on_a_day_off_goes_to_the_working_days_before_it() -> None:
    sunday = datetime(2026, 11, 8, 12, tzinfo=BERLIN)
    typed = Stretch(sunday - timedelta(hours=12), sunday, typed=True)
    assert hours_by_day([typed], WorkingHours(BERLIN)) == {date(2026, 11, 6): 9, date(2026, 11, 5): 3}


@given(some.integers(1, 200), MOMENTS, ZONES, some.sets(some.integers(0, 6), min_size=1))
def test_what_was_typed_never_gets_longer_or_shorter(
    hours: int, end: datetime, zone: ZoneInfo, weekdays: set[int]
) -> None:
    typed = Stretch(end - timedelta(hours=hours), end, typed=True)
    totals = hours_by_day([typed], WorkingHours(zone, frozenset(weekdays)))
    assert sum(totals.values()) == pytest.approx(hours)
    assert max(totals.values()) <= 9


def test_a_working_day_ends_in_the_person_s_zone() -> None:
    summer, winter = date(2026, 3, 30), date(2026, 3, 27)
    hours = WorkingHours(BERLIN)
    assert hours.end_of(winter) == datetime(2026, 3, 27, 17, tzinfo=UTC)
    assert hours.end_of(summer) == datetime(2026, 3, 30, 16, tzinfo=UTC)


def test_a_night_shift_ends_on_the_next_day() -> None:
    night = WorkingHours(BERLIN, begins=time(22), ends=time(6))
    assert night.end_of(date(2026, 11, 2)) == datetime(2026, 11, 3, 5, tzinfo=UTC)
    assert night.day_seconds == 8 * 3600
    early = datetime(2026, 11, 7, 1, tzinfo=BERLIN)  # Saturday, in the shift that began on Friday
    assert night.next_end(early, early + timedelta(hours=6)) == night.end_of(date(2026, 11, 6))


def test_the_next_end_skips_days_that_are_not_worked() -> None:
    hours = WorkingHours(BERLIN, days_off=frozenset([date(2026, 11, 9)]))
    friday_evening = datetime(2026, 11, 6, 20, tzinfo=BERLIN)
    tuesday = datetime(2026, 11, 10, 20, tzinfo=BERLIN)
    assert hours.next_end(friday_evening, tuesday) == hours.end_of(date(2026, 11, 10))
    assert hours.next_end(friday_evening, datetime(2026, 11, 9, 20, tzinfo=BERLIN)) is None


def test_working_days_before_a_day() -> None:
    hours = WorkingHours(BERLIN, days_off=frozenset([date(2026, 11, 5)]))
    assert [day.day for day in hours.working_days_before(date(2026, 11, 9), 3)] == [6, 4, 3]


@pytest.mark.parametrize("weekdays", [frozenset[int](), frozenset([7])])
def test_somebody_works_on_some_day(weekdays: frozenset[int]) -> None:
    with pytest.raises(ValueError, match="working days"):
        WorkingHours(BERLIN, weekdays)
