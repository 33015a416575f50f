"""A person, and a Jira on this machine that may be spoken to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ekachit.accounts.actions import add_account
from ekachit.accounts.models import User
from ekachit.config import settings
from ekachit.sandbox.run import SandboxThread
from ekachit.sandbox.seed import build_world


@pytest.fixture
def jira(monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxThread]:
    with SandboxThread(build_world()) as running:
        monkeypatch.setenv("EKACHIT_SANDBOX_HOSTS", f"127.0.0.1:{running.port}")
        settings.cache_clear()
        yield running
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def home_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A data folder for this test alone."""
    monkeypatch.setenv("EKACHIT_HOME", str(tmp_path / "var"))
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def ada(db: None) -> User:
    return add_account("ada@yourteam.dev", plan="pro")
