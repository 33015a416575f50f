"""Many histories, and the proof that they were not vacuous: what has to have happened at least once in them."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from ekachit.sync.checkpoints import Checkpoint
from tests.sync.simulation.history import Played, play
from tests.sync.simulation.rules_engine import FAULTS
from tests.sync.simulation.ruling import RULES

# Four parts of these are 2,000 histories; PostgreSQL, which is slower at them, gets a slice of 100.
ON_SQLITE = connection.vendor == "sqlite"
CHUNKS, CHUNK = (10, 50) if ON_SQLITE else (1, 25)
OF_SENDING = frozenset({Checkpoint.BEFORE_POST, Checkpoint.AFTER_POST})
# After these a pass asks for nothing more, so it cannot stand still.
LAST = frozenset({Checkpoint.IN_CLOSE, Checkpoint.CLOSED})
POINTS = tuple(each for each in Checkpoint if each not in OF_SENDING)


@contextmanager
def quietly() -> Iterator[None]:
    """Without the engine's log, which has its say on every failing pass."""
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def play_all(
    seeds: Iterable[int], only: Collection[str] = (), *, play: Callable[[int, Collection[str]], Played] = play
) -> Counter[str]:
    """Play histories (with `only`, of these rules alone) and return how often each thing happened in them."""
    counts: Counter[str] = Counter()
    with quietly():
        for seed in seeds:
            counts += play(seed, only).counts
    return counts


def missing(counts: Counter[str]) -> list[str]:
    """Return what never happened: a run that lacks any of it proves less than it says."""
    struck = {name.partition(" × ")[0] for name in counts}
    wanted = [
        *(f"crash × {point.value}" for point in POINTS),
        *(f"disturbed × {point.value}" for point in POINTS if point not in LAST),
        *RULES,
    ]
    return [each for each in wanted if not counts[each]] + sorted(FAULTS.keys() - struck)


def assert_not_vacuous(counts: Counter[str]) -> None:
    """Fail where something never happened in a part."""
    assert_whole(counts["histories"], CHUNK * CHUNKS, missing(counts))


def assert_whole(histories: int, wanted: int, lacking: list[str]) -> None:
    """Fail where anything lacks. Where only some of the histories were run, that proves nothing."""
    if not ON_SQLITE:
        pytest.skip("a slice of the histories is played here; whether they are vacuous is judged on SQLite")
    if histories < wanted:
        pytest.skip(f"only {histories} of {wanted} histories were played")
    assert not lacking, lacking


def seeds(part: int, chunk: int) -> range:
    """The seeds of a chunk."""
    first = part * 1_000_000 + chunk * CHUNK
    return range(first, first + CHUNK)
