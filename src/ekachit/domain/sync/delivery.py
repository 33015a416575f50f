"""What becomes of a status change on its way to Jira: retry or give up, and what of several clicks is left. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# Atlassian, "Rate limiting": an issue takes 20 writes in 2 s and 100 in 30 s. Half of it is left to other people.
WRITE_LIMITS = ((timedelta(seconds=2), 10), (timedelta(seconds=30), 50))
FIRST_RETRY_SECONDS = 2.0
LONGEST_RETRY_SECONDS = 30 * 60.0
RETRY_JITTER = (0.7, 1.3)
# A moving target (409, a transition that has gone meanwhile) is looked at anew this often before we give up.
MOST_TURNS = 3
# Answers that are not Jira's are tried this often, over some hours; then the person is told.
MOST_STRANGE = 8


class EntryState(StrEnum):
    """The states of an outbox entry. The first two are open, the others final."""

    WAITING = "waiting"
    SENDING = "sending"
    APPLIED = "applied"
    SUPERSEDED = "superseded"
    CONFLICT = "conflict"
    LATE_CONFLICT = "late_conflict"
    REFUSED = "refused"
    CANCELLED = "cancelled"


OPEN = frozenset({EntryState.WAITING, EntryState.SENDING})


@dataclass(frozen=True, slots=True)
class Click:
    """What a change of status by the person means for the outbox.

    `closes` is the state that the waiting entry gets, None where there is none; `opens` whether a new one begins;
    `base` is what Jira is taken to have when the new one's turn comes.
    """

    closes: EntryState | None
    opens: bool
    base: str


def click(*, wanted: str, jiras: str, waiting: str | None, sending: str | None) -> Click:
    """Return what a change of status does to the outbox: several clicks come down to one write, or none.

    Args:
        wanted: the status that the person now wants.
        jiras: what Jira had when both sides last agreed.
        waiting: what the waiting entry wants, None without one. Nothing of it was sent yet.
        sending: what the entry wants that is being sent at this moment, None without one. It cannot be called back.
    """
    base = jiras if sending is None else sending
    if wanted == base:
        return Click(None if waiting is None else EntryState.CANCELLED, opens=False, base=base)
    if waiting == wanted:
        return Click(None, opens=False, base=base)
    return Click(None if waiting is None else EntryState.SUPERSEDED, opens=True, base=base)


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again in so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Close the entry as refused, with this code."""

    code: str


# What a failure of an attempt means: `away` (no answer, or not now), `moved` (the issue or its workflow changed under
# our hands), `strange` (an answer that is not Jira's).
FailureKind = str


def after_failure(
    kind: FailureKind, *, attempts: int, code: str, chance: float, retry_after: float | None = None
) -> Retry | GiveUp:
    """Return what to do after an attempt failed. Whatever is tried again begins by reading the issue.

    A Jira that does not answer is waited for, however long it takes: the person sees that the change is waiting.

    Args:
        kind: `away`, `moved` or `strange`.
        attempts: how many were made, this one included.
        code: of the failure.
        chance: uniform in [0, 1).
        retry_after: seconds that Jira asked for, if it did.
    """
    if kind == "moved" and attempts >= MOST_TURNS:
        return GiveUp(code)
    if kind == "strange" and attempts >= MOST_STRANGE:
        return GiveUp(code)
    low, high = RETRY_JITTER
    jitter = low + (high - low) * chance
    backoff = min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2.0 ** min(max(attempts - 1, 0), 16)) * jitter
    if kind == "moved":
        return Retry(0.0)
    asked = max(retry_after or 0.0, 0.0)
    return Retry(max(backoff, asked * (1 + (high - 1) * chance)))


def write_wait(sent: Sequence[datetime], now: datetime) -> float:
    """Return in how many seconds an issue may be written again, 0 for at once ("Rate limiting", per-issue writes).

    Args:
        sent: when it was written lately, in any order.
        now: the moment.
    """
    waits = [0.0]
    for window, most in WRITE_LIMITS:
        # One of a time to come was written before a clock was set back: when, nobody knows.
        recent = sorted(each for each in sent if timedelta(0) <= now - each < window)
        if len(recent) >= most:
            waits.append((recent[-most] + window - now).total_seconds())
    return max(waits)
