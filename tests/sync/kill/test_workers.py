"""P02: several workers on one database share the work; and one that dies is replaced by itself within a minute."""

# ruff: noqa: N802 - names begin with ids

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path

import pytest
from django.utils import timezone

from ekachit.accounts.actions import add_account
from ekachit.config import settings
from ekachit.connections.models import AccessRecord, Connection
from ekachit.ops import worker
from ekachit.ops.pace import FOLDER
from ekachit.sandbox.run import SandboxThread
from ekachit.sync import leases
from ekachit.sync.checkpoints import Checkpoint
from ekachit.sync.models import Link, Pass, PassState
from tests.faults.stage import connect_row
from tests.sync.kill.scene import assert_whole, fresh_import
from tests.sync.kill.worker_farm import ENDED, KILLED, WorkerFarm

CONNECTIONS = 24
PASSES = 30


def test_P02_I8_two_workers_share_what_is_due(
    transactional_db: None, farm: WorkerFarm, sandbox: SandboxThread
) -> None:
    made = [
        connect_row(
            add_account(f"p{n}@yourteam.dev", plan="pro"), sandbox.world, site=f"127.0.0.1:{sandbox.port}"
        )
        for n in range(CONNECTIONS)
    ]
    sandbox.world.latency_ms = 20  # so that the first has not finished before the second begins
    workers = [farm.start(sandbox, lanes=4) for _ in range(2)]
    assert [farm.wait(each) for each in workers] == [ENDED, ENDED]
    assert_whole()
    passes = list(Pass.objects.values_list("connection_id", "state", "epoch"))
    assert sorted(passes) == sorted((each.pk, PassState.COMPLETE, 1) for each in made), "one pass for each"
    assert Link.objects.count() == CONNECTIONS * 7
    # A worker that lost a claim would have asked for nothing; each connection proved itself once.
    proofs = AccessRecord.objects.filter(path="/rest/api/3/myself")
    assert proofs.count() == CONNECTIONS
    owners = set(AccessRecord.objects.values_list("connection_id", flat=True))
    assert owners == {each.pk for each in made}


def test_P01_work_goes_on_by_itself_once_the_lease_is_over(
    transactional_db: None, farm: WorkerFarm, sandbox: SandboxThread
) -> None:
    scene = fresh_import(sandbox, "ada")
    assert farm.run(sandbox, Checkpoint.IN_APPLY, lease_seconds=2) == KILLED
    died = time.monotonic()
    next_one = farm.start(sandbox, once=False, lease_seconds=2)
    while not Pass.objects.filter(state=PassState.COMPLETE).exists():
        assert time.monotonic() - died < 10, "it never went on"
        time.sleep(0.05)
    took = time.monotonic() - died
    os.kill(next_one, signal.SIGTERM)
    assert farm.wait(next_one) == ENDED
    scene.converged()
    assert took < 2 + 3, "the lease, and a moment"
    assert leases.LEASE_SECONDS + 2 * worker.TICK_SECONDS < 60, "with the real figures: within a minute"


def test_P07_after_a_worker_that_was_killed_the_next_one_takes_half_and_loses_nothing(
    transactional_db: None, farm: WorkerFarm, sandbox: SandboxThread
) -> None:
    """The kernel ends a process that takes too much memory by SIGKILL, without a word."""
    scenes = [fresh_import(sandbox, f"p{n}") for n in range(8)]
    shutil.rmtree(settings().home / FOLDER, ignore_errors=True)  # what others left that were killed before
    held = []
    for _ in range(3):
        Connection.objects.update(due_at=timezone.now(), lease_until=None, reread=True)
        assert farm.run(sandbox, Checkpoint.IN_APPLY, lanes=8) == KILLED
        held.append(Connection.objects.filter(lease_until__isnull=False).count())
    assert held == [8, 4, 2]
    for scene in scenes:
        scene.wake()
    assert farm.run(sandbox, lanes=8) == ENDED
    for scene in scenes:
        scene.converged()


def test_P06_a_worker_told_to_end_ends_soon_and_leaves_the_connection_free(
    transactional_db: None, farm: WorkerFarm, sandbox: SandboxThread
) -> None:
    scene = fresh_import(sandbox, "ada")
    sandbox.faults.arm("half_open", endpoint="search", seconds=30, times=1)
    running = farm.start(sandbox, once=False)
    deadline = time.monotonic() + 10
    while not sandbox.faults.fired["half_open"]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    told = time.monotonic()
    os.kill(running, signal.SIGTERM)
    assert farm.wait(running) == ENDED
    assert time.monotonic() - told < worker.GRACE_SECONDS + 2, "ten seconds at most"
    row = scene.row
    assert (row.lease_until, row.lease_owner) == (None, "")
    assert Pass.objects.get().code == "interrupted"
    assert farm.run(sandbox) == ENDED
    scene.converged()


def test_P13_a_worker_keeps_no_files_open(
    transactional_db: None, farm: WorkerFarm, sandbox: SandboxThread
) -> None:
    scene = fresh_import(sandbox, "ada")
    running = farm.start(sandbox, once=False)
    files = Path(f"/proc/{running}/fd")
    if not files.exists():
        os.kill(running, signal.SIGTERM)
        pytest.skip("this system does not list a process's open files")
    counts: list[int] = []
    deadline = time.monotonic() + 30
    while len(counts) < PASSES:
        assert time.monotonic() < deadline
        if Pass.objects.filter(state=PassState.COMPLETE).count() > len(counts):
            counts.append(len(list(files.iterdir())))
            Connection.objects.filter(pk=scene.connection.pk, lease_until=None).update(due_at=timezone.now())
        time.sleep(0.005)
    os.kill(running, signal.SIGTERM)
    assert farm.wait(running) == ENDED
    assert max(counts[5:]) <= max(counts[:5]) + 3
