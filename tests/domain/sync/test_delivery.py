"""Retry or give up, what is left of several clicks, and how often an issue may be written."""

# ruff: noqa: N802 # names carry the ids of the faults that the tests cover

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekachit.domain.sync.delivery import (
    LONGEST_RETRY_SECONDS,
    MOST_STRANGE,
    MOST_TURNS,
    Click,
    EntryState,
    GiveUp,
    Retry,
    after_failure,
    click,
    write_wait,
)

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
STATUSES = ("todo", "in_progress", "done")
SUPERSEDED, CANCELLED = EntryState.SUPERSEDED, EntryState.CANCELLED


@pytest.mark.parametrize(
    ("wanted", "jiras", "waiting", "sending", "decided"),
    [
        ("done", "todo", None, None, Click(None, opens=True, base="todo")),
        ("todo", "todo", None, None, Click(None, opens=False, base="todo")),
        ("done", "todo", "done", None, Click(None, opens=False, base="todo")),
        ("todo", "todo", "done", None, Click(CANCELLED, opens=False, base="todo")),
        ("in_progress", "todo", "done", None, Click(SUPERSEDED, opens=True, base="todo")),
        ("todo", "todo", None, "done", Click(None, opens=True, base="done")),
        ("done", "todo", "todo", "done", Click(CANCELLED, opens=False, base="done")),
    ],
)
def test_S18_what_a_click_does(
    wanted: str, jiras: str, waiting: str | None, sending: str | None, decided: Click
) -> None:
    assert click(wanted=wanted, jiras=jiras, waiting=waiting, sending=sending) == decided


@given(st.sampled_from(STATUSES), st.none() | st.sampled_from(STATUSES), st.lists(st.sampled_from(STATUSES)))
def test_S18_however_often_it_is_clicked_at_most_one_write_waits_and_it_is_the_last_word(
    jiras: str, sending: str | None, clicks: list[str]
) -> None:
    waiting: str | None = None
    opened = closed = 0
    for wanted in clicks:
        decided = click(wanted=wanted, jiras=jiras, waiting=waiting, sending=sending)
        opened += decided.opens
        closed += decided.closes is not None
        if decided.closes or decided.opens:
            waiting = wanted if decided.opens else None
        end = waiting or sending or jiras
        assert end == wanted
    assert opened - closed == (waiting is not None)


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True), st.none() | st.floats(-5, 7200))
def test_N13_a_jira_that_does_not_answer_is_waited_for_and_never_given_up(
    attempts: int, chance: float, asked: float | None
) -> None:
    verdict = after_failure("away", attempts=attempts, code="timeout", chance=chance, retry_after=asked)
    assert isinstance(verdict, Retry)
    assert verdict.seconds >= max(asked or 0.0, 1.0)
    assert verdict.seconds <= max(asked or 0.0, LONGEST_RETRY_SECONDS) * 1.3


def test_waiting_grows_and_then_stays() -> None:
    waits = [
        verdict.seconds
        for attempts in range(1, 20)
        if isinstance(verdict := after_failure("away", attempts=attempts, code="", chance=0.5), Retry)
    ]
    assert waits[:3] == [2.0, 4.0, 8.0]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_RETRY_SECONDS


def test_S17_a_moving_target_is_tried_at_once_three_times() -> None:
    for attempts in range(1, MOST_TURNS):
        assert after_failure("moved", attempts=attempts, code="conflict", chance=0.5) == Retry(0.0)
    assert after_failure("moved", attempts=MOST_TURNS, code="conflict", chance=0.5) == GiveUp("conflict")


def test_what_is_not_jiras_answer_is_given_up_in_the_end() -> None:
    assert isinstance(after_failure("strange", attempts=MOST_STRANGE - 1, code="x", chance=0), Retry)
    assert after_failure("strange", attempts=MOST_STRANGE, code="x", chance=0) == GiveUp("x")


@given(st.lists(st.floats(0, 60), max_size=300))
def test_an_issue_is_never_written_beyond_jiras_limits(pauses: list[float]) -> None:
    """20 in 2 s and 100 in 30 s; whoever waits as told stays below both."""
    now, sent = NOW, list[datetime]()
    for pause in pauses:
        now += timedelta(seconds=pause / 30)
        now += timedelta(seconds=write_wait(sent, now))
        assert write_wait(sent, now) == 0
        sent.append(now)
        for span, most in ((2, 20), (30, 100)):
            assert sum(now - each < timedelta(seconds=span) for each in sent) <= most


def test_T01_writes_of_a_time_to_come_hold_nothing_up() -> None:
    """The clock was set back since they were made: they would count as the latest ones for hours."""
    ahead = [NOW + timedelta(hours=5, milliseconds=place) for place in range(60)]
    assert write_wait(ahead, NOW) == 0
