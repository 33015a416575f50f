"""A data folder, and a Jira on this machine that may be spoken to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ekachit.config import settings
from ekachit.sandbox.run import SandboxThread
from ekachit.sandbox.seed import build_world
from tests.ops.command import Home


@pytest.fixture
def jira(monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxThread]:
    with SandboxThread(build_world()) as running:
        monkeypatch.setenv("EKACHIT_SANDBOX_HOSTS", f"127.0.0.1:{running.port}")
        settings.cache_clear()
        yield running
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "var")
