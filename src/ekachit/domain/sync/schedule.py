"""When the next pass is due. Pure: the caller brings the clock and the chance."""

from __future__ import annotations

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


class Ending(StrEnum):
    """How a pass ended, as far as the schedule cares."""

    FINE = "fine"
    UNAVAILABLE = "unavailable"
    AUTH_REJECTED = "auth_rejected"
    UNEXPECTED = "unexpected"
    STOPPED = "stopped"


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
    if ending is Ending.FINE:
        return POLL_SECONDS * (1 - POLL_JITTER + 2 * POLL_JITTER * chance)
    if ending is Ending.STOPPED:
        return None
    if ending is Ending.AUTH_REJECTED:
        return CONFIRM_SECONDS if failures < AUTH_TRIES else None
    low, high = BACKOFF_JITTER
    jitter = low + (high - low) * chance
    backoff = min(BACKOFF_CAP_SECONDS, BACKOFF_FIRST_SECONDS * 2.0 ** min(failures - 1, 16)) * jitter
    asked = min(max(retry_after or 0.0, 0.0), RETRY_AFTER_CAP_SECONDS)
    # Never earlier than asked: the jitter goes on top.
    return max(backoff, asked * (1 + (high - 1) * chance))
