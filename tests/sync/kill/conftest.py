from __future__ import annotations

from collections.abc import Iterator

import pytest

from ekachit.config import settings as installation
from ekachit.sandbox.run import SandboxThread
from tests.faults.world import small_world
from tests.sync.kill.worker_farm import WorkerFarm


@pytest.fixture(scope="module")
def farm() -> Iterator[WorkerFarm]:
    with WorkerFarm() as running:
        yield running


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxThread]:
    with SandboxThread(small_world()) as running:
        monkeypatch.setenv("EKACHIT_SANDBOX_HOSTS", f"127.0.0.1:{running.port}")
        installation.cache_clear()
        yield running
    monkeypatch.undo()
    installation.cache_clear()
