"""A file of real issues through the sandbox: what is imported equals what is counted straight from the file."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ekachit.accounts.actions import add_account
from ekachit.config import settings
from ekachit.connections.models import Project
from ekachit.sandbox.records import load_world
from ekachit.sandbox.run import SandboxThread
from tests.acceptance import records
from tests.ops.command import run, run_json

pytestmark = pytest.mark.django_db(transaction=True)
ADA = "ada@yourteam.dev"
CAPTURE = os.environ.get("EKACHIT_JIRA_CAPTURE", "")


@pytest.fixture(params=["made up", "capture"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "capture":
        if not CAPTURE:
            pytest.skip("EKACHIT_JIRA_CAPTURE names no file of real issues")
        return Path(CAPTURE)
    path = tmp_path / "issues.jsonl"
    records.write(path)
    return path


@pytest.fixture
def jira(file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxThread]:
    with SandboxThread(load_world(file)) as running:
        monkeypatch.setenv("EKACHIT_SANDBOX_HOSTS", f"127.0.0.1:{running.port}")
        settings.cache_clear()
        yield running
    monkeypatch.undo()
    settings.cache_clear()


def imported() -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = run_json("tasks", "--user", ADA, "--json")["tasks"]
    return listed


def test_the_import_equals_the_file_and_the_next_sync_changes_nothing(
    file: Path, jira: SandboxThread
) -> None:
    every = records.read(file)
    who = records.busiest(every)
    wanted = records.expected(every, who)
    add_account(ADA)
    made = run(
        "connect", "--user", ADA, "--site", jira.url, "--email2", f"{who}@example.invalid",
        "--token-stdin", "--projects", "all", given="any-token",
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    assert Project.objects.filter(picked=True).count() == len({each["project"]["key"] for each in every})

    first = run_json("sync", "--user", ADA, "--json")["passes"][0]
    listed = imported()
    found = {
        each["key"]: (each["title"], each["status"], each["jira_status"], each["priority"]) for each in listed
    }
    assert (first["state"], first["created"], first["failed"]) == ("complete", len(wanted), 0)
    assert len(listed) == len(found), "none is doubled"
    assert found == wanted
    if str(file) != CAPTURE:
        assert any(priority is None for _, _, _, priority in found.values()), "a missing one stays missing"

    second = run_json("sync", "--user", ADA, "--json")["passes"][0]
    assert (second["state"], second["created"], second["updated"]) == ("complete", 0, 0)
    assert imported() == listed
    assert "nothing changed" in run("sync", "--user", ADA).stdout
    sys.stdout.write(
        f"{len(every)} issues of {len({each['project']['key'] for each in every})} projects: {len(found)} open ones of"
        f" {who} imported in {first['seconds']:.2f} s with {first['requests']} requests; again: {second}\n"
    )
