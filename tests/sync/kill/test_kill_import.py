"""P01, I16: a worker killed at every named moment of an import, and again while another makes up for it."""

from __future__ import annotations

import pytest

from ekachit.sandbox.run import SandboxThread
from ekachit.sync.checkpoints import Checkpoint
from tests.sync.kill.killing import OF_A_PASS, killed_at
from tests.sync.kill.scene import fresh_import
from tests.sync.kill.worker_farm import WorkerFarm


@pytest.mark.parametrize("point", sorted(OF_A_PASS))
def test_P01_I16_killed_in_an_import_and_in_its_recovery(  # noqa: N802 - the ids
    point: Checkpoint, transactional_db: None, farm: WorkerFarm, sandbox: SandboxThread
) -> None:
    came = killed_at(point, lambda name: fresh_import(sandbox, name), farm)
    assert came, "a checkpoint that no worker comes to"
