"""When the next pass is due. Pure: the caller brings the clock and the chance."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

POLL_SECONDS = 30 * 60.0
# ± this share of the period, so that connections spread by themselves.
POLL_JITTER = 0.1
# Atlassian, "Rate limiting": start at 2 s and jitter by 0.7 to 1.3; a poll is patient, so it starts later.
BACKOFF_FIRST_SECONDS = 60.0
BACKOFF_CAP_SECONDS = POLL_SECONDS
BACKOFF_JITTER = (0.7, 1.3)
RETRY_AFTER_CAP_SECONDS = 3600.0
CONFIRM_SECONDS = 60.0
# A token is tried at most this often after Jira refused it: each wrong try can lock the account.
AUTH_TRIES = 2
# So many passes in a row, of any connections of a site, must fail before the site is left alone as a whole.
CIRCUIT_FAILURES = 3
# After a restart or a hold: one start in so many seconds, but all within a little less than a period.
RESTART_GAP_SECONDS = 15.0
RESTART_WINDOW_SECONDS = POLL_SECONDS * 5 / 6
# A pass so late was not held up by load: nobody worked, and all of them are late at once.
OVERDUE_SECONDS = 120.0
LONGEST_WAIT_SECONDS = max(
    POLL_SECONDS * (1 + POLL_JITTER), RETRY_AFTER_CAP_SECONDS * BACKOFF_JITTER[1], RESTART_WINDOW_SECONDS
)
# The clocks of a worker and of the pages may differ by so much; a time further ahead is another clock's, or was set back.
CLOCKS_DIFFER_SECONDS = 60.0
EXPIRY_WARNING_DAYS = (1, 3, 14)


class Ending(StrEnum):
    """How a pass ended, as far as the schedule cares."""

    FINE = "fine"
    UNAVAILABLE = "unavailable"
    AUTH_REJECTED = "auth_rejected"
    UNEXPECTED = "unexpected"
    STOPPED = "stopped"
    # The list shrank suddenly: a second pass is to confirm it.
    CONFIRM = "confirm"
    # Cut off by its own budget: the next pass goes on where this one came to.
    CUT_SHORT = "cut_short"


# Endings after which nothing is wrong with the connection.
HARMLESS = frozenset({Ending.FINE, Ending.STOPPED, Ending.CONFIRM, Ending.CUT_SHORT})


def next_due_seconds(
    ending: Ending, *, failures: int, chance: float, retry_after: float | None = None
) -> float | None:
    """Return in how many seconds the next pass may start; None: not until a person acts.

    Args:
        ending: of the pass that just ended.
        failures: passes in a row that failed, this one included.
        chance: uniform in [0, 1).
        retry_after: seconds that Jira asked for, if it did; obeyed up to an hour.
    """
    match ending:
        case Ending.FINE:
            return POLL_SECONDS * (1 - POLL_JITTER + 2 * POLL_JITTER * chance)
        case Ending.STOPPED:
            return None
        case Ending.CONFIRM | Ending.CUT_SHORT:
            return CONFIRM_SECONDS * (1 + chance)
        case Ending.AUTH_REJECTED:
            return CONFIRM_SECONDS if failures < AUTH_TRIES else None
        case Ending.UNAVAILABLE | Ending.UNEXPECTED:
            return _backoff(failures, chance, retry_after)


def hold_seconds(failures: int, *, retry_after: float | None, chance: float) -> float:
    """Return for how many seconds a whole site is left alone; 0: not at all.

    Args:
        failures: passes in a row, of any connections of the site, that it did not answer.
        retry_after: seconds that Jira asked for, if it did; obeyed up to an hour.
        chance: uniform in [0, 1).
    """
    if retry_after is not None and retry_after > 0:
        return min(retry_after, RETRY_AFTER_CAP_SECONDS)
    if failures < CIRCUIT_FAILURES:
        return 0.0
    return _backoff(failures - CIRCUIT_FAILURES + 1, chance, None)


def restart_seconds(place: int, number: int, *, chance: float) -> float:
    """Return when one of many that could all start now is to start, in seconds from now.

    Evenly spaced with jitter inside each one's own space, the first at once: so no moment has more starts than an
    ordinary one by much, however many there are.

    Args:
        place: whose turn it is, from 0.
        number: how many there are.
        chance: uniform in [0, 1).
    """
    if place == 0:
        return 0.0
    window = min(RESTART_WINDOW_SECONDS, number * RESTART_GAP_SECONDS)
    return (place + chance) / number * window


def expiry_warning(expires_on: date | None, today: date) -> int | None:
    """Return how many days ahead a person is now to be warned of a token's end (14, 3 or 1); None: not yet.

    Args:
        expires_on: the last day of the token, None where nobody knows it: then nothing is guessed.
        today: the person's day.
    """
    if expires_on is None:
        return None
    left = (expires_on - today).days
    return next((days for days in EXPIRY_WARNING_DAYS if left <= days), None)


def _backoff(failures: int, chance: float, retry_after: float | None) -> float:
    low, high = BACKOFF_JITTER
    jitter = low + (high - low) * chance
    backoff = min(BACKOFF_CAP_SECONDS, BACKOFF_FIRST_SECONDS * 2.0 ** min(max(failures - 1, 0), 16)) * jitter
    asked = min(max(retry_after or 0.0, 0.0), RETRY_AFTER_CAP_SECONDS)
    # Never earlier than asked: the jitter goes on top.
    return max(backoff, asked * (1 + (high - 1) * chance))
