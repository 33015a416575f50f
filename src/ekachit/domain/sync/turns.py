"""When an issue is read again though nothing tells of a change in it. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

DAY = timedelta(days=1)
# So few at a time that they nearly always fit into one request, which reads at most 50 issues.
TURN_SIZE = 32


def whose_turn(
    issue_ids: Collection[str], *, since: datetime, last: datetime, now: datetime
) -> frozenset[str]:
    """Return the issues whose turn, once a day, came after `last` and not after `now`.

    The day is cut into as many equal parts as the issues need, counted from `since`; an issue's number says whose
    part is its own, so nothing has to be remembered. Up to 32 issues all have their turn together, a day after `since`.
    What was missed, as while nobody worked, is caught up with. A `last` that has yet to come was written by a clock
    that was wrong: then it is everybody's turn.
    """
    if last > now:
        return frozenset(issue_ids)
    parts = 1
    while parts * TURN_SIZE < len(issue_ids):
        parts *= 2
    begun, ended = ((moment - since) // (DAY / parts) for moment in (last, now))
    if ended - begun >= parts:
        return frozenset(issue_ids)
    over = {part % parts for part in range(begun, ended)}
    return frozenset(each for each in issue_ids if int(each) % parts in over)
