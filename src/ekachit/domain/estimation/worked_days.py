"""Hours by day out of finished tasks, where no sessions say it more exactly."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import timedelta

from ekachit.domain.estimation.forecast import Worked
from ekachit.domain.estimation.history_csv import Row

# More than this on one day was spread over the days before, if the task was open then.
DAY_HOURS = 8.0


def worked_days(rows: Iterable[Row]) -> list[Worked]:
    """Return hours and finishes by day: a task's hours lie on the days up to its finish, at most 8 a day.

    Rows without a date or without hours are left out.
    """
    days: list[Worked] = []
    for row in rows:
        if row.finished is None or row.actual_hours is None:
            continue
        last = row.finished.date()
        first = min(row.started.date(), last) if row.started else last
        count = min((last - first).days + 1, max(1, math.ceil(row.actual_hours / DAY_HOURS)))
        share = row.actual_hours / count
        days.extend(Worked(last - timedelta(days=back), share, int(back == 0)) for back in range(count))
    return days
