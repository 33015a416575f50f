"""`connect`, `sync`, `tasks`, `disconnect`, as automation uses them."""

from __future__ import annotations

from typing import Any

import pytest

from ekachit.accounts.actions import add_account
from ekachit.accounts.models import User
from ekachit.config import settings
from ekachit.connections.models import Connection, Project, State
from ekachit.sandbox.run import SandboxThread
from ekachit.sandbox.seed import DEMO_EMAIL, DEMO_TOKEN
from tests.ops.command import run, run_json

pytestmark = pytest.mark.django_db(transaction=True)
ADA = "ada@yourteam.dev"


@pytest.fixture
def ada() -> User:
    return add_account(ADA, plan="pro")


def connect(jira: SandboxThread, *more: str, token: str = DEMO_TOKEN) -> Any:
    who = ("--user", ADA, "--site", jira.url, "--email2", DEMO_EMAIL, "--token-stdin")
    return run("connect", *who, *more, given=token)


def test_from_the_token_to_the_tasks_and_out_again(jira: SandboxThread, ada: User) -> None:
    made = connect(jira, "--projects", "all")
    assert made.exit_code == 0, made.output
    assert f"Connected to 127.0.0.1:{jira.port}" in made.stdout
    first = run_json("sync", "--user", ADA, "--json")["passes"][0]
    assert (first["state"], first["failed"], first["code"]) == ("complete", 0, None)
    tasks = run_json("tasks", "--user", ADA, "--json")["tasks"]
    assert len(tasks) == first["created"] > 30
    assert all(task["source"] == "jira" and task["state"] == "current" for task in tasks)
    assert all(task["url"] == f"{jira.url}/browse/{task['key']}" for task in tasks)

    second = run_json("sync", "--user", ADA, "--json")["passes"][0]
    assert (second["state"], second["created"], second["updated"]) == ("complete", 0, 0)
    assert run_json("tasks", "--user", ADA, "--json")["tasks"] == tasks
    assert "nothing changed" in run("sync", "--user", ADA).stdout

    gone = run("disconnect", "--user", ADA)
    assert gone.exit_code == 0
    assert "https://id.atlassian.com/" in gone.stdout
    left = run_json("tasks", "--user", ADA, "--json")["tasks"]
    assert [task["key"] for task in left] == [task["key"] for task in tasks]
    assert {task["state"] for task in left} == {"disconnected"}
    asked = len(jira.requests)
    again = run("sync", "--user", ADA)
    assert again.exit_code == 1
    assert "has no Jira connected" in again.output
    assert len(jira.requests) == asked


def test_a_change_at_jira_is_counted(jira: SandboxThread, ada: User) -> None:
    connect(jira)
    run_json("sync", "--user", ADA, "--json")
    key = run_json("tasks", "--user", ADA, "--json")["tasks"][0]["key"]
    jira.world.edit(key, summary="Said in other words")
    second = run_json("sync", "--user", ADA, "--json")["passes"][0]
    assert (second["created"], second["updated"]) == (0, 1)
    titles = {each["key"]: each["title"] for each in run_json("tasks", "--user", ADA, "--json")["tasks"]}
    assert titles[key] == "Said in other words"


def test_tasks_are_listed_for_people_too(jira: SandboxThread, ada: User) -> None:
    connect(jira)
    run("sync", "--user", ADA)
    listed = run_json("tasks", "--user", ADA, "--json")["tasks"]
    lines = run("tasks", "--user", ADA).stdout.splitlines()
    assert len(lines) == len(listed)
    assert all(task["key"] in line for task, line in zip(listed, lines, strict=True))


@pytest.mark.parametrize(
    ("wanted", "expected"), [("PAY", {"PAY"}), ("pay, OPS", {"PAY", "OPS"}), (None, None), ("all", None)]
)
def test_projects_are_picked_by_key(
    jira: SandboxThread, ada: User, wanted: str | None, expected: set[str] | None
) -> None:
    made = connect(jira, *(("--projects", wanted) if wanted else ()))
    assert made.exit_code == 0, made.output
    picked = set(Project.objects.filter(picked=True).values_list("key", flat=True))
    every = Project.objects.all() if wanted == "all" else Project.objects.filter(open_count__gt=0)
    assert picked == (expected or set(every.values_list("key", flat=True)))
    assert Connection.objects.get().due_at is not None


def test_an_unknown_project_is_named(jira: SandboxThread, ada: User) -> None:
    made = connect(jira, "--projects", "PAY,NOPE")
    assert made.exit_code == 1
    assert "there is no NOPE" in made.output
    assert not Project.objects.filter(picked=True).exists()


def test_no_issues_is_a_success_that_says_so(jira: SandboxThread, ada: User) -> None:
    made = run(
        "connect", "--user", ADA, "--site", jira.url, "--email2", "priya.nair@example.invalid",
        "--token-stdin", given="sandbox-no-issues-token",
    )  # fmt: skip
    assert made.exit_code == 0
    assert "none has open issues of yours" in made.stdout


@pytest.mark.parametrize("form", ["bad", "bad-json", "bad-empty", "bad-html", "bad-password"])
def test_A04_a_wrong_token_in_each_of_its_forms_says_token(  # noqa: N802 # the fault's id
    jira: SandboxThread, ada: User, form: str
) -> None:
    made = connect(jira, token=f"{form}-canary")
    assert made.exit_code == 1
    assert "token" in made.stderr
    assert "canary" not in made.output
    assert not Connection.objects.exists()


def test_the_token_is_taken_from_standard_input_only(jira: SandboxThread, ada: User) -> None:
    who = ("connect", "--user", ADA, "--site", jira.url, "--email2", DEMO_EMAIL)
    assert run(*who).exit_code == 2
    assert run(*who, "--token", DEMO_TOKEN).exit_code == 2
    assert "API token is missing" in run(*who, "--token-stdin", given="").output


def test_a_site_may_be_named_in_any_form(jira: SandboxThread, ada: User) -> None:
    connect(jira)
    assert run("sync", "--user", ADA, "--site", f"{jira.url}/jira/your-work/").exit_code == 0
    assert run("sync", "--user", ADA, "--site", "other").exit_code == 1
    assert run("disconnect", "--user", ADA, "--site", jira.url).exit_code == 0


def test_a_sync_that_fails_says_why(jira: SandboxThread, ada: User) -> None:
    connect(jira)
    jira.world.tokens[DEMO_TOKEN].revoked = True
    done = run("sync", "--user", ADA)
    assert done.exit_code == 1
    assert "[token_" in done.stdout
    Connection.objects.update(state=State.PAUSED)
    done = run("sync", "--user", ADA)
    assert done.exit_code == 1
    assert "Pro plan" in done.stdout


def test_a_sandbox_that_this_start_does_not_name_is_not_asked(
    jira: SandboxThread, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(jira)
    asked = len(jira.requests)
    with monkeypatch.context() as patch:
        patch.setenv("EKACHIT_SANDBOX_HOSTS", "")
        settings.cache_clear()
        done = run("sync", "--user", ADA)
        assert run("disconnect", "--user", ADA, "--site", jira.url).exit_code == 0
    settings.cache_clear()
    assert done.exit_code == 1
    assert "[sandbox_not_allowed]" in done.stdout
    assert len(jira.requests) == asked


def test_an_unknown_account_is_told_how_to_be_added(ada: User) -> None:
    for command in ("sync", "tasks", "disconnect"):
        done = run(command, "--user", "nobody@yourteam.dev")
        assert done.exit_code == 1
        assert "ekachit user add nobody@yourteam.dev" in done.output
