"""When a list that suddenly shrank is believed. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Absence:
    """`gone` may be marked now; `suspects` are remembered, and marked once a second pass finds them absent too."""

    gone: frozenset[str]
    suspects: frozenset[str]


def judge_absence(absent: Collection[str], *, current: int, suspects: Collection[str]) -> Absence:
    """Return which absent issues may be marked as gone.

    A list that loses more than half of its issues at once looks more like a fault (a permission blip, a bad
    answer) than like work: it marks nothing until a second pass agrees. vdirsyncer refuses an empty side for the
    same reason (its `StorageEmpty`).

    Args:
        absent: ids of issues that a complete, proven pass asked for by id and did not find.
        current: how many issues were the person's before this pass.
        suspects: ids that the pass before this one found absent.
    """
    missing = frozenset(absent)
    agreed = missing & frozenset(suspects)
    fresh = missing - agreed
    if 2 * len(missing) > current and fresh:
        return Absence(agreed, fresh)
    return Absence(missing, frozenset())
