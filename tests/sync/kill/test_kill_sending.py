"""P01, I16: a worker killed at every named moment of sending, and again while another makes up for it."""

from __future__ import annotations

import pytest

from ekachit.sandbox.run import SandboxThread
from ekachit.sync.checkpoints import Checkpoint
from tests.sync.kill.killing import OF_A_PASS, OF_SENDING, killed_at
from tests.sync.kill.scene import fresh_changes
from tests.sync.kill.worker_farm import WorkerFarm


@pytest.mark.parametrize("point", sorted(OF_SENDING))
def test_P01_I7_I16_killed_while_sending_and_in_its_recovery(  # noqa: N802 - the ids
    point: Checkpoint, transactional_db: None, farm: WorkerFarm, sandbox: SandboxThread
) -> None:
    came = killed_at(point, lambda name: fresh_changes(sandbox, farm, name), farm)
    assert came, "a checkpoint that no worker comes to"


def test_P01_every_checkpoint_has_its_kills() -> None:  # noqa: N802 - the id
    assert frozenset(Checkpoint) == OF_A_PASS | OF_SENDING
