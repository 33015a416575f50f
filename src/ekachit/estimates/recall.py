"""What was learned of a person, kept in this process until there is something new to learn from."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from threading import Lock
from typing import TypeAlias

from ekachit import rows
from ekachit.accounts.models import User
from ekachit.estimates.actions import look_again
from ekachit.estimates.history import Known, known_of
from ekachit.tasks.models import Status

# A person with 500 finished tasks takes about half a megabyte.
PEOPLE_AT_MOST = 64
Stamp: TypeAlias = tuple[object, ...]

_kept: OrderedDict[int, tuple[Stamp, Known]] = OrderedDict()
_lock = Lock()

# Finished tasks, what was measured, and what was brought in: each change of what is learned from changes one of these.
_STAMP = """
SELECT
  (SELECT COUNT(*) FROM tasks_task WHERE user_id = %s AND status = %s),
  (SELECT MAX(changed_at) FROM tasks_task WHERE user_id = %s AND status = %s),
  (SELECT COUNT(*) FROM tasks_focussession WHERE user_id = %s AND ended_at IS NOT NULL),
  (SELECT SUM(seconds) FROM tasks_focussession WHERE user_id = %s AND ended_at IS NOT NULL),
  (SELECT SUM(edition) FROM tasks_focussession WHERE user_id = %s AND ended_at IS NOT NULL),
  (SELECT COUNT(*) FROM estimates_pasttask WHERE user_id = %s),
  (SELECT MAX(id) FROM estimates_pasttask WHERE user_id = %s)
"""


def recall(user: User, *, now: datetime) -> Known:
    """Return what there is to learn from of a person: one query, four more where something is new.

    Then the suggestions follow as well.
    """
    done, pk = Status.DONE.value, user.pk
    found = rows.select(_STAMP, [pk, done, pk, done, pk, pk, pk, pk, pk])[0]
    stamp = (*found, *_settings(user))
    with _lock:
        kept = _kept.get(pk)
        if kept is not None and kept[0] == stamp:
            _kept.move_to_end(pk)
            return kept[1]
    known = known_of(user)
    look_again(user, known, now=now)
    with _lock:
        _kept[pk] = (stamp, known)
        _kept.move_to_end(pk)
        while len(_kept) > PEOPLE_AT_MOST:
            _kept.popitem(last=False)
    return known


def recalled(user: User, *, now: datetime) -> Known:
    """Return what this process learned of a person last, whatever they finished since: no query.

    For an answer under the hand, which has no time to learn. Where nothing was learned yet, or it counts by other
    settings, as `recall`.
    """
    with _lock:
        kept = _kept.get(user.pk)
    if kept is None or kept[0][-2:] != _settings(user):
        return recall(user, now=now)
    return kept[1]


def _settings(user: User) -> Stamp:
    return user.time_zone, str(user.multiplier)


def forget_all() -> None:
    """Forget what was kept, of everybody."""
    with _lock:
        _kept.clear()
