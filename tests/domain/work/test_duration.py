"""Lengths of time as typed: the whole table, and round trips."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ekachit.domain.work.duration import HOUR, MINUTE, MOST_HOURS, DurationError, parse_duration, written

UNDERSTOOD = {
    "1h 20m": 80,
    "1h20m": 80,
    "1h20": 80,
    "1H 20M": 80,
    "  1h   20m ": 80,
    "1h, 20m": 80,
    "1 hour and 20 minutes": 80,
    "1 hora y 20 minutos": 80,
    "2 horas 5 min": 125,
    "1:20": 80,
    "01:05": 65,
    "1:20 h": 80,
    "0:45": 45,
    "100:00": 6000,
    "90m": 90,
    "90 min": 90,
    "90mins": 90,
    "1 minute": 1,
    "1.5h": 90,
    "1,5h": 90,
    "1,5 hrs": 90,
    ".5h": 30,
    "2h": 120,
    "200h": 12_000,
    "0h 5m": 5,
    "0.5m": 0.5,
    "1h\u00a020m": 80,
}
REFUSED = {
    "": "empty",
    "   ": "empty",
    "-1h": "negative",
    "\u221290m": "negative",
    "45": "unit_missing",
    "1.5": "unit_missing",
    "1h 60m": "minutes_over_59",
    "1h 90m": "minutes_over_59",
    "1:60": "minutes_over_59",
    "0m": "zero",
    "0h": "zero",
    "0:00": "zero",
    "0h 0m": "zero",
    "0.001m": "zero",
    "201h": "too_long",
    "200h 1m": "too_long",
    "999999h": "too_long",
    "9999999h": "unclear",
    "2.h": "unclear",
    "1d": "unclear",
    "30s": "unclear",
    "h": "unclear",
    "1:2": "unclear",
    "1:20:30": "unclear",
    "1.5h 20m": "unclear",
    "1h 20m 30s": "unclear",
    "20m 1h": "unclear",
    "1h-2h": "unclear",
    "1e3h": "unclear",
    "nanh": "unclear",
    "\u0661h": "unclear",
    "about an hour": "unclear",
}


@pytest.mark.parametrize(("text", "minutes"), UNDERSTOOD.items())
def test_what_people_type_is_understood(text: str, minutes: float) -> None:
    assert parse_duration(text) == minutes * MINUTE


@pytest.mark.parametrize(("text", "code"), REFUSED.items())
def test_what_is_not_clear_is_refused_with_its_reason(text: str, code: str) -> None:
    with pytest.raises(DurationError) as caught:
        parse_duration(text)
    assert caught.value.code == code


def test_a_bare_number_counts_what_the_field_says() -> None:
    assert parse_duration("6", bare="hours") == 6 * HOUR
    assert parse_duration("1.5", bare="hours") == 90 * MINUTE
    assert parse_duration("45", bare="minutes") == 45 * MINUTE
    assert parse_duration("45m", bare="hours") == 45 * MINUTE


@given(some.integers(1, MOST_HOURS * 60))
def test_what_is_written_is_read_back(minutes: int) -> None:
    assert parse_duration(written(minutes * MINUTE)) == minutes * MINUTE


@given(some.integers(0, 199), some.integers(0, 59), some.sampled_from(["{}h {}m", "{}h{:02}", "{}:{:02}"]))
def test_every_form_means_the_same(hours: int, minutes: int, form: str) -> None:
    if hours or minutes:
        assert parse_duration(form.format(hours, minutes)) == hours * HOUR + minutes * MINUTE


@given(some.text(alphabet="0123456789hm:., -\u0661", max_size=12) | some.text(max_size=30))
def test_nothing_typed_is_more_than_an_answer_or_a_refusal(text: str) -> None:
    try:
        seconds = parse_duration(text)
    except DurationError:
        return
    assert 1 <= seconds <= MOST_HOURS * HOUR


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0m"), (29, "0m"), (31, "1m"), (3599, "1h"), (7260, "2h 1m"), (360_000, "100h")]
)
def test_lengths_are_written_to_the_minute(seconds: float, text: str) -> None:
    assert written(seconds) == text
