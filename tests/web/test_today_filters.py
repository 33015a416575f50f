"""What is left out of Today: by project, priority, words, and what has trouble with Jira."""

from __future__ import annotations

import pytest
from django.test import Client

from ekachit.accounts.models import User
from ekachit.connections.models import Connection
from ekachit.sync.models import Presence
from ekachit.tasks.models import Task
from tests.web.looking import htmx, row_of
from tests.web.making import make_conflict, make_issue, make_task


@pytest.fixture
def tasks(ada: User, connection: Connection) -> dict[str, Task]:
    found = {
        "pay": make_issue(connection, "PAY-482", "Retry webhook", priority_name="High", priority_rank=2),
        "ops": make_issue(connection, "OPS-81", "Memory growth", priority_name="Low", priority_rank=4),
        "gone": make_issue(connection, "OPS-82", "Gone from Jira", presence=Presence.GONE),
        "aside": make_issue(connection, "PAY-483", "Set aside"),
        "own": make_task(ada, "Read the tax rules", estimate_hours=1.0),
    }
    make_conflict(found["aside"])
    return found


def shown(page: str, tasks: dict[str, Task]) -> set[str]:
    heads = {name: row_of(page, task.pk).partition(">")[0] for name, task in tasks.items()}
    assert all(heads.values())
    return {name for name, head in heads.items() if " hidden" not in head}


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("", {"pay", "ops", "gone", "aside", "own"}),
        ("project=PAY", {"pay", "aside"}),
        ("project=own", {"own"}),
        ("priority=high", {"pay"}),
        ("priority=none", {"gone", "aside", "own"}),
        ("q=ops-81", {"ops"}),
        ("q=WEBHOOK+pay", {"pay"}),
        ("trouble=1", {"gone", "aside"}),
        ("project=PAY&trouble=1", {"aside"}),
        ("q=nothing+like+it", set()),
    ],
)
def test_the_address_says_what_is_shown(
    browser_of_ada: Client, tasks: dict[str, Task], query: str, left: set[str]
) -> None:
    page = browser_of_ada.get(f"/today/?{query}").text
    assert shown(page, tasks) == left
    assert ('id="none-shown" hidden' in page) == bool(left)
    part = browser_of_ada.get("/today/rows/", headers=htmx(f"/today/?{query}")).text
    assert shown(part, tasks) == left


def test_what_was_chosen_is_shown_as_chosen(browser_of_ada: Client, tasks: dict[str, Task]) -> None:
    page = browser_of_ada.get("/today/?project=PAY&q=%22%3E%3Cb%3E&trouble=1").text
    assert '<option value="PAY" selected>' in page
    assert 'name="trouble" value="1" checked' in page
    assert 'value="&quot;&gt;&lt;b&gt;"' in page


def test_what_was_done_keeps_the_filter(browser_of_ada: Client, tasks: dict[str, Task]) -> None:
    sent = {"status": "in_progress", "back": "/today/?project=PAY"}
    answer = browser_of_ada.post(f"/tasks/{tasks['pay'].pk}/status/", sent)
    assert answer.headers["Location"].startswith("/today/?project=PAY#task-")
    where = htmx("/today/?project=PAY")
    part = browser_of_ada.post(f"/tasks/{tasks['pay'].pk}/status/", {"status": "todo"}, headers=where).text
    assert shown(part, tasks) == {"pay", "aside"}


def test_somebody_else_chooses_among_their_own(outsider: Client, tasks: dict[str, Task]) -> None:
    page = outsider.get("/today/?project=PAY").text
    assert "Retry webhook" not in page
    assert '<option value="PAY"' not in page
