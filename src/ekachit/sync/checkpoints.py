"""Named moments at which a process may die. In production nothing happens there; tests make something happen."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum


class Checkpoint(StrEnum):
    """Each side of every commit and of every request of the sync."""

    CLAIMED = "claimed"
    OPENING = "opening"
    OPENED = "opened"
    BEFORE_REQUEST = "before_request"
    AFTER_REQUEST = "after_request"
    BEFORE_POST = "before_post"
    AFTER_POST = "after_post"
    BEFORE_APPLY = "before_apply"
    IN_APPLY = "in_apply"
    AFTER_APPLY = "after_apply"
    BEFORE_CLOSE = "before_close"
    IN_CLOSE = "in_close"
    CLOSED = "closed"


_hooks: list[Callable[[Checkpoint], None]] = []


def reach(point: Checkpoint) -> None:
    """Say that a moment has come."""
    for hook in _hooks:
        hook(point)


def watch(hook: Callable[[Checkpoint], None]) -> Callable[[], None]:
    """Have `hook` called at each checkpoint; returns what ends that."""
    _hooks.append(hook)
    return lambda: _hooks.remove(hook)
