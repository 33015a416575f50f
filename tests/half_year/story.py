"""Half a year of one developer, invented: what she finished, in which sessions, and how long it took.

The same seed and end give the same half-year, to the second. Her points take 2.6 hours in the middle, bugs a fifth
longer, with the scatter that real work has; three times she forgets the timer overnight.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

SEED = 2026
WEEKS = 26
PER_POINT = 2.6
SCATTER = 0.45
FORGOTTEN = frozenset({7, 21, 33})
HOLIDAY = range(12, 14)  # weeks without any work
PARTS = (
    "Retry", "Rework", "Speed up", "Document", "Harden", "Migrate", "Clean up", "Extend", "Measure", "Split",
)  # fmt: skip
THINGS = (
    "webhook delivery", "the refund endpoint", "session storage", "invoice export", "login on Safari", "the nightly job",
    "search suggestions", "rate limits", "the basket", "alerting rules", "address checks", "the price list",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """A task as she did it. Sessions are pairs of beginning and end; the task was done at the end of the last one."""

    title: str
    project: str
    type: str
    points: float
    sessions: tuple[tuple[datetime, datetime], ...]

    @property
    def done_at(self) -> datetime:
        """When she ticked it off."""
        return self.sessions[-1][1]


def half_year(ends: datetime, *, seed: int = SEED, count: int = 60) -> list[Piece]:
    """Return what was finished in the 26 weeks up to a moment, at most `count` tasks, in order."""
    dice = random.Random(seed)  # noqa: S311 - an invented life, not secrets
    slots = _slots(ends, dice)
    pieces: list[Piece] = []
    here = next(slots)
    for place in range(count):
        kind = dice.choices(("Story", "Task", "Bug"), (5, 3, 2))[0]
        points = float(dice.choices((1, 2, 3, 5, 8), (18, 22, 26, 22, 12))[0])
        longer = 1.2 if kind == "Bug" else 1.0
        left = timedelta(hours=points * PER_POINT * longer * dice.lognormvariate(0, SCATTER))
        sessions: list[tuple[datetime, datetime]] = []
        while left > timedelta(0):
            begin, end = here
            cut = min(end, begin + left)
            sessions.append((begin, cut))
            left -= cut - begin
            following = (
                (cut + timedelta(minutes=5), end) if cut + timedelta(minutes=20) < end else next(slots, None)
            )
            if following is None:
                return pieces
            here = following
        if place in FORGOTTEN:
            begin, _end = sessions[-1]
            sessions[-1] = (begin, begin.replace(hour=8, minute=40) + timedelta(days=1))
        title = f"{dice.choice(PARTS)} {dice.choice(THINGS)} ({place + 1})"
        pieces.append(Piece(title, dice.choice(("PAY", "PAY", "WEB", "OPS")), kind, points, tuple(sessions)))
    return pieces


def _slots(ends: datetime, dice: random.Random) -> Iterator[tuple[datetime, datetime]]:
    """Yield stretches of possible focus, two each working day, with idle days and a holiday between."""
    first = (ends - timedelta(weeks=WEEKS)).replace(hour=0, minute=0, second=0, microsecond=0)
    for number in range(WEEKS * 7):
        day = first + timedelta(days=number)
        if day.weekday() > 4 or number // 7 in HOLIDAY or dice.random() < 0.08:
            continue
        for starts, hours in ((9.3, dice.uniform(1.2, 2.8)), (13.2, dice.uniform(1.0, 2.9))):
            begin = day + timedelta(hours=starts)
            end = begin + timedelta(hours=hours)
            if end < ends:
                yield begin, end
