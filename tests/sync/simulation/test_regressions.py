"""Seeds that failed once never fail again; the same seed twice is the same history (I21)."""

# ruff: noqa: N802 # names begin with the ids of properties

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.sync.simulation.history import play
from tests.sync.simulation.mass import quietly

HERE = Path(__file__).parent
FAILED_ONCE = [
    int(line.split()[0])
    for line in (HERE / "regressions.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.django_db
@pytest.mark.parametrize("seed", FAILED_ONCE)
def test_what_failed_once(seed: int) -> None:
    with quietly():
        assert play(seed).steps


@pytest.mark.django_db
def test_I21_the_same_seed_twice_is_the_same_history() -> None:
    with quietly():
        once = {seed: play(seed).trace_hash for seed in range(8)}
        assert once == {seed: play(seed).trace_hash for seed in range(8)}
        assert len(set(once.values())) == len(once)


@pytest.mark.django_db
@pytest.mark.skipif(
    connection.vendor != "sqlite",
    reason="traces are compared within one kind of database: here and there SQLite",
)
def test_I21_another_process_plays_the_same_history() -> None:
    """With another order of sets and another database."""
    with quietly():
        here = play(5).trace_hash
    command = [sys.executable, "-m", "tests.sync.simulation.soak", "--seed", "5"]
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(  # noqa: S603 # our own command
        command,
        cwd=HERE.parents[2],
        env=environment | {"PYTHONHASHSEED": "1", "PYTHONPATH": "src"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert here in done.stdout
