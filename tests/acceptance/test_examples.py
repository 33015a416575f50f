"""The examples that the product is described by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from ekachit.accounts.actions import add_account
from ekachit.accounts.models import User
from ekachit.config import settings as installation
from ekachit.connections.models import Connection
from ekachit.jira.egress import parse_site
from ekachit.sandbox.run import SandboxThread
from ekachit.sandbox.seed import DEMO_EMAIL, DEMO_TOKEN, build_world
from tests.ops.command import run, run_json

ADA = "ada@yourteam.dev"
FORM = "/settings/jira/connect/"


@pytest.fixture
def jira(monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxThread]:
    with SandboxThread(build_world()) as running:
        monkeypatch.setenv("EKACHIT_SANDBOX_HOSTS", f"127.0.0.1:{running.port}")
        installation.cache_clear()
        yield running
    monkeypatch.undo()
    installation.cache_clear()


@pytest.fixture
def ada(transactional_db: None) -> User:
    return add_account(ADA)


@pytest.fixture
def browser(ada: User, settings: Any, tmp_path: Path) -> Client:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES, settings.STATIC_ROOT = {**settings.STORAGES, "staticfiles": plain}, tmp_path
    client = Client()
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    return client


def bring_in(jira: SandboxThread) -> dict[str, dict[str, Any]]:
    """Connect the demo account, import, and return the tasks by key."""
    who = ("--user", ADA, "--site", jira.url, "--email2", DEMO_EMAIL, "--token-stdin", "--projects", "all")
    assert run("connect", *who, given=DEMO_TOKEN).exit_code == 0
    assert run("sync", "--user", ADA).exit_code == 0
    return {each["key"]: each for each in run_json("tasks", "--user", ADA, "--json")["tasks"]}


def test_points_become_hours(jira: SandboxThread, browser: Client) -> None:
    keys = {
        points: jira.world.create(
            project="PAY", summary=f"Worth {points:g}", points=points, assignee=DEMO_EMAIL
        ).key
        for points in (1.0, 3.0, 8.0)
    }
    tasks = bring_in(jira)
    hours = {points: tasks[key]["estimate_hours"] for points, key in keys.items()}
    assert hours == {1: 2, 3: 6, 8: 16}
    page = browser.get("/today/").text
    row = page.split("Worth 8")[1].split("</li>")[0]
    assert "16h" in row


def test_of_35_sub_tasks_30_are_shown_and_5_are_said_to_be_more(jira: SandboxThread, browser: Client) -> None:
    parent = jira.world.create(project="WEB", summary="Many parts", assignee=DEMO_EMAIL)
    for number in range(35):
        jira.world.add_subtask(parent.key, f"Part {number}")
    task = bring_in(jira)[parent.key]
    assert [line["title"] for line in task["checklist"]] == [f"Part {number}" for number in range(30)]
    assert task["checklist_more"] == 5
    row = browser.get("/today/").text.split("Many parts")[1].split('<li class="row')[0]
    assert "0/35" in row
    opened = re.search(r'hx-get="(/tasks/[0-9]+/checklist/)"', row)
    assert opened is not None
    shown = browser.get(opened[1], headers={"HX-Request": "true"}).text
    assert "5 more in Jira" in shown
    assert "Part 29" in shown
    assert "Part 30" not in shown


@pytest.mark.parametrize(
    "pasted",
    [
        "https://YourTeam.atlassian.net/jira/your-work/",
        "yourteam.atlassian.net/",
        "YOURTEAM",
        " <https://yourteam.atlassian.net/browse/PAY-12?focusedId=1#comment>\n",
        "http://yourteam.atlassian.net",
        "https://yourteam.atlassian.net:443/secure/Dashboard.jspa",
    ],
)
def test_a_pasted_site_is_understood(pasted: str) -> None:
    assert parse_site(pasted).origin == "https://yourteam.atlassian.net"


def test_a_pasted_link_of_the_sandbox_connects(jira: SandboxThread, browser: Client) -> None:
    link = f"http://localhost:{jira.port}/browse/PAY-1"
    answer = browser.post(FORM, {"site": link, "email": DEMO_EMAIL, "token": f"{DEMO_TOKEN}\r\n"})
    assert answer.status_code == 302
    assert Connection.objects.get().site == f"127.0.0.1:{jira.port}"


def test_a_token_with_a_line_end_inside_never_becomes_a_header(jira: SandboxThread, browser: Client) -> None:
    answer = browser.post(FORM, {"site": jira.url, "email": DEMO_EMAIL, "token": "one\r\nX-Evil: two"})
    assert answer.status_code == 422
    assert "This cannot be an API token" in answer.text
    assert len(jira.requests) == 0


@pytest.mark.parametrize("form", ["bad", "bad-json", "bad-empty", "bad-html"])
def test_A04_a_wrong_token_in_each_form_says_token(  # noqa: N802 # the fault's id
    jira: SandboxThread, browser: Client, form: str
) -> None:
    answer = browser.post(FORM, {"site": jira.url, "email": DEMO_EMAIL, "token": f"{form}-canary"})
    assert answer.status_code == 422
    alert = answer.text.split('role="alert"')[1].split("</div>")[0]
    assert "token" in alert
    assert f'value="{jira.url}"' in answer.text
    assert f'value="{DEMO_EMAIL}"' in answer.text
    assert "canary" not in answer.text
