"""How many connections a worker takes at once, after one that ran out of memory. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Left:
    """What a worker of this machine left behind: how many it might take at once, how many it had when it died.

    0: it had none, or ended as it should.
    """

    limit: int
    running: int


def first_limit(most: int, left: Iterable[Left]) -> int:
    """Return how many a worker that begins may take at once, between 1 and `most`.

    Half of what one that died was at; what one that ended as it should had come to. What killed it nobody knows, and if
    it was not the memory, half is soon grown again.
    """
    return min((most, *(halved(each.running) if each.running else max(1, each.limit) for each in left)))


def halved(running: int) -> int:
    """Return how many may be taken at once after so many were too much for the memory."""
    return max(1, running // 2)


def grown(limit: int, most: int, ended_well: int) -> int:
    """Return how many may be taken at once when so many in a row ended well: one more, once a whole batch did."""
    return min(most, limit + 1) if ended_well >= limit else limit
