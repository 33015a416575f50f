from __future__ import annotations

from collections.abc import Iterator

import pytest

from ekachit.config import settings as installation
from ekachit.sandbox.run import SandboxThread
from tests.faults.stage import Site, settle
from tests.faults.wire import Wire
from tests.faults.world import small_world


@pytest.fixture
def ada(db: None) -> Site:
    """Ada, whose first pass is due."""
    return settle()


@pytest.fixture
def adas(ada: Site) -> Site:
    """Ada, with everything imported half an hour ago."""
    return ada.imported()


@pytest.fixture
def wire(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """Ada, whose Jira is at the other end of a socket."""
    with SandboxThread(small_world()) as running:
        monkeypatch.setenv("EKACHIT_SANDBOX_HOSTS", f"127.0.0.1:{running.port}")
        installation.cache_clear()
        yield Wire(settle(running.world, site=f"127.0.0.1:{running.port}"), running)
    monkeypatch.undo()
    installation.cache_clear()
