"""P02, I8: a worker that is stopped until its lease is over, and then goes on, changes nothing and writes nothing."""

from __future__ import annotations

import os
import signal
import time

import pytest
from django.db import connection as database
from django.utils import timezone

from ekachit.sandbox.run import SandboxThread
from ekachit.sync.checkpoints import Checkpoint
from ekachit.sync.models import Pass, PassState
from ekachit.sync.standing import side_bar, standings_of
from tests.sync.kill.killable import STOPPED_SECONDS
from tests.sync.kill.killing import OF_A_PASS, OF_SENDING
from tests.sync.kill.scene import fresh_changes, fresh_import, fresh_poll, rows
from tests.sync.kill.worker_farm import ENDED, STOPPED, WorkerFarm

# Whoever stands still inside a transaction holds the row, so that nobody can take the connection over meanwhile.
IN_TRANSACTION = {Checkpoint.OPENING, Checkpoint.IN_APPLY, Checkpoint.IN_CLOSE}

# Long enough that a slow machine reaches the point under the first claim.
LEASE_SECONDS = 3


@pytest.mark.parametrize("kind", ["import", "poll"])
@pytest.mark.parametrize("point", sorted(OF_A_PASS - IN_TRANSACTION))
def test_P02_I8_stopped_past_its_lease(  # noqa: N802 - the ids
    point: Checkpoint, kind: str, transactional_db: None, farm: WorkerFarm, sandbox: SandboxThread
) -> None:
    scene = fresh_import(sandbox, "ada") if kind == "import" else fresh_poll(sandbox, farm, "ada")
    stopped = farm.start(sandbox, point, sign=signal.SIGSTOP)
    assert farm.wait(stopped) == STOPPED
    since = time.monotonic()
    scene.wake()
    assert farm.run(sandbox) == ENDED
    scene.converged()
    goes_on_in_vain(farm, stopped, sandbox, since)
    scene.converged()
    newest = Pass.objects.filter(connection=scene.connection).first()
    assert newest is not None
    assert newest.state == PassState.COMPLETE, "I17: what is shown is the pass that came through"
    now = timezone.now()
    line = side_bar(standings_of(scene.user, now=now), now=now)
    assert line is not None
    assert line.tone == "ok"


@pytest.mark.parametrize("point", sorted(IN_TRANSACTION))
def test_P02_stopped_inside_a_transaction_nobody_comes_between(  # noqa: N802 - the id
    point: Checkpoint, transactional_db: None, farm: WorkerFarm, sandbox: SandboxThread
) -> None:
    scene = fresh_poll(sandbox, farm, "ada")
    epoch = scene.row.epoch
    stopped = farm.start(sandbox, point, sign=signal.SIGSTOP, lease_seconds=LEASE_SECONDS)
    assert farm.wait(stopped) == STOPPED
    if database.vendor == "postgresql":
        time.sleep(LEASE_SECONDS + 0.1)
        bystander = fresh_import(sandbox, "bystander")
        assert farm.run(sandbox) == ENDED, "others need not wait for the row"
        bystander.converged()
    assert scene.row.epoch == epoch + 1, "one claim"
    os.kill(stopped, signal.SIGCONT)
    assert farm.wait(stopped) == ENDED
    scene.sound(set())
    scene.converged()


@pytest.mark.parametrize("point", sorted(OF_SENDING - IN_TRANSACTION))
def test_P02_I8_stopped_while_sending(  # noqa: N802 - the ids
    point: Checkpoint, transactional_db: None, farm: WorkerFarm, sandbox: SandboxThread
) -> None:
    scene = fresh_changes(sandbox, farm, "ada")
    stopped = farm.start(sandbox, point, sign=signal.SIGSTOP)
    assert farm.wait(stopped) == STOPPED
    since = time.monotonic()
    scene.wake()
    assert farm.run(sandbox) == ENDED
    scene.converged()
    goes_on_in_vain(farm, stopped, sandbox, since)
    scene.converged()


def goes_on_in_vain(farm: WorkerFarm, stopped: int, sandbox: SandboxThread, since: float) -> None:
    """Let a worker go on after its lease, which another has used meanwhile, and see that it does nothing.

    One page may be on its way while the last is written: a worker stopped between the look at its lease and the
    sending of that question sends it once it goes on. So one reading more is no fault, a change would be one.
    """
    before, asked = rows(), len(sandbox.requests)
    time.sleep(max(0.0, since + STOPPED_SECONDS - time.monotonic()))
    os.kill(stopped, signal.SIGCONT)
    assert farm.wait(stopped) == ENDED
    assert rows() == before, "zero rows"
    late = list(sandbox.requests)[asked:]
    assert len(late) <= 1, "nothing more is asked for"
    assert not [one for one in late if one[0] == "POST" and one[1].endswith("/transitions")], (
        "nothing is sent"
    )
