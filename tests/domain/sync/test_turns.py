"""Each open issue is read once a day, though nothing tells of a change in it; few requests, and nothing to remember."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from ekachit.domain.sync.turns import DAY, TURN_SIZE, whose_turn

SINCE = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
MOST_IN_A_REQUEST = 50


def polls(seed: int, days: float, *, since: datetime = SINCE) -> list[datetime]:
    """The starts of passes: every 30 minutes, 10 % more or less; now and then nobody works for hours."""
    dice, starts = random.Random(seed), [since]  # noqa: S311 # chance in a test
    while starts[-1] < since + timedelta(days=days):
        away = dice.choice((0, 0, 0, 0, 0, 0, 0, 0, 0, 8)) * 3600
        starts.append(starts[-1] + timedelta(seconds=1800 * dice.uniform(0.9, 1.1) + away))
    return starts


@pytest.mark.parametrize("number", [1, 32, 33, 300, 3000])
def test_every_issue_has_its_turn_once_a_day(number: int) -> None:
    ids = [str(10_000 + place) for place in range(number)]
    starts = polls(number, 6)
    had: dict[str, datetime] = dict.fromkeys(ids, SINCE)
    for last, now in pairwise(starts):
        for each in whose_turn(ids, since=SINCE, last=last, now=now):
            assert now - had[each] <= DAY + (now - last), "at most a day, and the time until the next pass"
            had[each] = now
    assert min(had.values()) > starts[-1] - 2 * DAY


@pytest.mark.parametrize("number", [1, 20, 32, 33, 100, 1000])
def test_it_is_one_request_now_and_then(number: int) -> None:
    """Counted over a day of polls without a gap: no pass has more than one request, and few have any."""
    dice = random.Random(number)  # noqa: S311 # chance in a test
    ids = [str(each) for each in dice.sample(range(10_000, 90_000), number)]
    starts = [SINCE + timedelta(seconds=1800 * place) for place in range(1, 49)]
    sizes = Counter(
        len(whose_turn(ids, since=SINCE, last=last, now=now)) for last, now in pairwise([SINCE, *starts])
    )
    assert max(sizes) <= MOST_IN_A_REQUEST
    requests = sum(count for size, count in sizes.items() if size)
    assert requests <= max(1, 2 * number / TURN_SIZE)
    assert sum(size * count for size, count in sizes.items()) == number, "each once"


def test_few_issues_have_their_turn_a_day_after_they_came() -> None:
    ids = ["10001", "10002"]
    for hours, expected in ((1, 0), (23.9, 0), (24, 2)):
        now = SINCE + timedelta(hours=hours)
        assert len(whose_turn(ids, since=SINCE, last=SINCE, now=now)) == expected


def test_what_was_missed_is_caught_up_with() -> None:
    ids = [str(each) for each in range(10_000, 11_000)]
    later = SINCE + timedelta(days=9)
    assert whose_turn(ids, since=SINCE, last=SINCE + timedelta(days=2), now=later) == frozenset(ids)


def test_a_clock_that_was_set_back_means_everybody() -> None:
    ids = [str(each) for each in range(10_000, 10_100)]
    ahead = SINCE + timedelta(days=400)
    assert whose_turn(ids, since=SINCE, last=ahead, now=SINCE + timedelta(hours=1)) == frozenset(ids)
    before = SINCE - timedelta(days=400)
    assert whose_turn(ids, since=SINCE, last=before - timedelta(minutes=30), now=before) < frozenset(ids)
