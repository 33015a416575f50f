"""Seeds that failed once never fail again; the same seed twice is the same history (I21)."""

# ruff: noqa: N802 # names begin with the ids of properties

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sync.sending.history import play
from tests.sync.simulation.mass import quietly

FAILED_ONCE = [
    int(line.split()[0])
    for line in (Path(__file__).parent / "regressions.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.django_db
@pytest.mark.parametrize("seed", FAILED_ONCE)
def test_what_failed_once_in_sending(seed: int) -> None:
    with quietly():
        assert play(seed).steps


@pytest.mark.django_db
def test_I21_the_same_seed_twice_sends_the_same() -> None:
    with quietly():
        once = {seed: play(seed).trace_hash for seed in range(5)}
        assert once == {seed: play(seed).trace_hash for seed in range(5)}
        assert len(set(once.values())) == len(once)
