"""When a running focus session has to be asked about, and what can be answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from ekachit.domain.work.hours import WorkingHours

IDLE = timedelta(hours=4)
# Somebody who stays half an hour longer than planned is at work, not gone.
PAST_THE_DAY = timedelta(minutes=30)


class Reason(Enum):
    """Why a session has to be asked about."""

    IDLE = "idle"
    DAY_OVER = "day_over"


class Trim(Enum):
    """A moment that a session may be cut at."""

    LAST_SIGN = "last_sign"
    DAY_END = "day_end"


@dataclass(frozen=True, slots=True)
class Question:
    """What the person is asked at return. `trims` is in order of time, and empty where only all or nothing is left."""

    reason: Reason
    unseen_since: datetime
    trims: tuple[tuple[Trim, datetime], ...]


def question(
    started_at: datetime, last_sign_at: datetime, now: datetime, hours: WorkingHours
) -> Question | None:
    """Return what to ask about a running session, None while all is well. All moments are aware and in UTC.

    Asked is when nothing was heard of the person for over 4 hours, or when the end of a working day lies in the time
    without a sign and is more than half an hour ago. Who gives signs of life works, at whatever hour.
    """
    unseen = now - last_sign_at
    day_end = hours.next_end(last_sign_at, now)
    over = day_end is not None and now - day_end > PAST_THE_DAY
    if unseen <= IDLE and not over:
        return None
    trims = [(Trim.LAST_SIGN, last_sign_at)] if last_sign_at > started_at else []
    if day_end is not None:
        trims.append((Trim.DAY_END, day_end))
    return Question(Reason.IDLE if unseen > IDLE else Reason.DAY_OVER, last_sign_at, tuple(trims))
