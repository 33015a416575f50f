"""D08: a copy of an installation, as its operator meets it."""

# ruff: noqa: N802 - names begin with ids

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ekachit.connections import instance
from ekachit.connections.models import Instance
from ekachit.ops import worker as workers
from ekachit.ops.heartbeat import workers_alive
from ekachit.ops.housekeeping import Housekeeping
from ekachit.ops.worker import Worker
from tests.faults.stage import settle
from tests.ops.command import Home


def test_D08_a_copy_asks_jira_for_nothing_until_its_operator_confirms_it(tmp_path: Path) -> None:
    first, second = Home(tmp_path / "first"), Home(tmp_path / "second")
    assert first.run("worker", "--once").returncode == 0
    second.path.mkdir(mode=0o700)
    shutil.copy(first.path / "ekachit.sqlite3", second.path)
    shutil.copytree(first.path / "keys", second.path / "keys")
    refused = second.run("worker", "--once")
    assert refused.returncode == 1
    assert "ekachit takeover" in refused.stderr
    assert "goes on with the database" in second.run("takeover").stdout
    assert second.run("worker", "--once").returncode == 0


def test_D08_the_worker_of_a_copy_takes_nothing_and_gives_no_sign_of_life(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who looks after the installation sees that nobody works, and `doctor` says why."""
    site = settle()
    monkeypatch.setattr(instance._State, "held", True)
    Instance.objects.update_or_create(pk=1, defaults={"place": "of another one"})
    # Inside a test's transaction the connection stays as it is.
    monkeypatch.setattr(workers, "close_old_connections", lambda: None)
    worker, rounds = Worker(site.around().transport), Housekeeping("a test")
    rounds.make_round()
    assert worker._claim(1) == []
    assert workers_alive() == 0
    instance.take_over()
    rounds.make_round()
    assert workers_alive() == 1
    assert len(worker._claim(1)) == 1
