"""P07: what a worker was at when it died is known to the next one of the machine."""

# ruff: noqa: N802 - names begin with ids

from __future__ import annotations

import asyncio
import logging
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ekachit.ops import worker
from ekachit.ops.pace import FOLDER, Pace
from ekachit.sync.leases import Claim
from ekachit.sync.surroundings import Surroundings
from tests.faults.stage import settle

DYING = """
import os, signal, sys
from pathlib import Path
from ekachit.ops.pace import Pace

pace = Pace(32, Path(sys.argv[1]))
pace.note(int(sys.argv[2]))
os.kill(os.getpid(), signal.SIGKILL)
"""


def die(home: Path, running: int) -> None:
    done = subprocess.run([sys.executable, "-c", DYING, str(home), str(running)], check=False, timeout=30)  # noqa: S603 # our own text
    assert done.returncode == -signal.SIGKILL


def files(home: Path) -> list[Path]:
    return list((home / FOLDER).iterdir())


def test_P07_one_that_was_killed_is_known_and_forgotten_once_it_is_made_up_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    die(tmp_path, 12)
    with caplog.at_level(logging.WARNING):
        second = Pace(32, tmp_path)
    assert second.limit == 6
    assert "died with 12 at once: this one begins with 6" in caplog.text
    for _ in range(6):
        second.ended_well()
    assert second.limit == 7
    second.close()
    third = Pace(32, tmp_path)
    assert third.limit == 7, "an end as it should be takes nothing back"
    for _ in range(sum(range(7, 32))):
        third.ended_well()
    third.close()
    assert files(tmp_path) == []
    assert Pace(32, tmp_path).limit == 32


def test_P07_one_that_was_killed_while_nothing_ran_counts_for_nothing(tmp_path: Path) -> None:
    die(tmp_path, 0)
    assert Pace(32, tmp_path).limit == 32


def test_P07_a_worker_that_lives_is_no_dead_one(tmp_path: Path) -> None:
    first = Pace(32, tmp_path)
    first.note(20)
    second = Pace(32, tmp_path)
    assert second.limit == 32
    assert {stat.S_IMODE(each.stat().st_mode) for each in files(tmp_path)} == {0o600}
    first.close()
    second.close()


@pytest.mark.parametrize("content", [b"", b"\0" * 10, b"32", b"many of them\n"])
def test_P07_a_file_that_says_nothing_is_taken_away(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "1-dead.txt").write_bytes(content)
    Pace(32, tmp_path).close()
    assert files(tmp_path) == []


def test_P07_a_data_folder_that_cannot_be_written_stops_no_worker(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / FOLDER).write_text("no folder")
    pace = Pace(32, tmp_path)
    pace.note(3)
    pace.ran_out()
    assert pace.limit == 1
    pace.close()
    assert "no pace is kept" in caplog.text


def test_P07_a_pass_that_runs_out_of_memory_makes_the_batch_smaller_and_ends_nothing(
    db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def too_big(_claim: Claim, _around: Surroundings) -> None:
        await asyncio.sleep(0)
        raise MemoryError

    ada = settle()
    monkeypatch.setattr(worker, "run_pass", too_big)
    pace = Pace(32, tmp_path)
    pace.note(9)
    own = worker.Worker(ada.around().transport, pace=pace)
    asyncio.run(own._one(Claim(ada.connection.pk, 1)))
    assert pace.limit == 4
