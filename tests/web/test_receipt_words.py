"""Receipts in plain words: each shape of note, and what one pass after another shows."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from ekachit.accounts.notices import notices_of
from ekachit.connections.actions import pick_projects
from ekachit.connections.models import Connection
from ekachit.connections.words import WORDS
from ekachit.sync.models import PassState
from ekachit.web.receipt_words import SHOWN, line_of, receipt_of, summary_of
from tests.web.making import make_pass
from tests.web.syncing import SANDBOX_PROJECTS, connect_and_import, run_pass_now

BROWSE = "https://yourteam.atlassian.net/browse/"


def address(connection: Connection) -> str:
    return f"/settings/jira/{connection.pk}/receipts/"


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ({"created": True, "to": "todo"}, "new, To Do"),
        ({"changed": ["status"], "from": "todo", "to": "done"}, "status “To Do” → “Done”"),
        (
            {"changed": ["status", "status_name"], "from": "todo", "to": "done",
             "values": {"status_name": ["Open", "Closed"]}},
            "status “To Do” → “Done”; status in Jira “Open” → “Closed”",
        ),
        ({"changed": ["title"], "values": {"title": ["Old", "New"]}}, "title “Old” → “New”"),
        ({"changed": ["points"], "values": {"points": [None, 3.0]}}, "story points “none” → “3”"),
        ({"changed": ["points"], "values": {"points": [2.5, None]}}, "story points “2.5” → “none”"),
        (
            {"changed": ["priority_name", "priority_rank"], "values": {"priority_name": ["", "High"]}},
            "priority “none” → “High”",
        ),
        (
            {"changed": ["key", "project_id"], "values": {"key": ["WEB-3", "PAY-1"]}},
            "moved here from WEB-3; project",
        ),
        ({"changed": ["checklist", "issue_type"]}, "checklist; type"),
        ({"changed": ["title", "points"]}, "title; story points"),
        ({"changed": ["presence"], "to": "gone"}, "no longer yours in Jira; the task stays"),
        ({"changed": ["presence"], "presence": "current"}, "back in your Jira list"),
        (
            {"changed": ["project_id", "presence"], "presence": "not_picked"},
            "project; its project is not picked any more; the task stays",
        ),
        ({"changed": ["presence"]}, "its place in your Jira list"),
        ({"changed": []}, "kept in step with Jira"),
        ({"changed": ["a field of tomorrow"]}, "kept in step with Jira"),
        (
            {"set_aside": "done", "to": "in_progress"},
            "changed on both sides: “In Progress” of Jira was taken, your “Done” set aside",
        ),
        (
            {"id": "10", "unreadable": "has a time of unknown form"},
            "could not be read and was put aside until it changes: has a time of unknown form",
        ),
        ({"comet": True}, "something that this version has no words for"),
    ],
)  # fmt: skip
def test_each_note_has_words(connection: Connection, note: dict[str, Any], words: str) -> None:
    line = line_of({"key": "PAY-1", "task": 7, **note}, connection)
    assert (line.key, line.text, line.address) == ("PAY-1", words, f"{BROWSE}PAY-1")


def test_a_gone_project_is_said(connection: Connection) -> None:
    line = line_of({"project": "HR", "gone": True}, connection)
    assert line.key == "HR"
    assert "its tasks stay" in line.text
    assert line.address == ""


def test_what_has_no_key_has_no_link(connection: Connection) -> None:
    assert line_of({"key": "10042", "id": "10042", "unreadable": "x"}, connection).address == ""


@pytest.mark.parametrize(
    "note", ["words of old", 7, None, [], {}, {"changed": 3}, {"changed": [1], "values": 2}]
)
def test_a_note_of_any_shape_breaks_nothing(connection: Connection, note: object) -> None:
    assert line_of(note, connection).text


def test_only_what_happened_is_counted(connection: Connection) -> None:
    row = make_pass(connection, created=2, set_aside=1, unchanged=40)
    assert summary_of(row) == "2 created, 1 set aside, 40 unchanged"
    assert summary_of(make_pass(connection, unchanged=40)) == "nothing changed"
    assert summary_of(make_pass(connection, PassState.FAILED, code="timeout")) == "nothing was written"


def test_a_pass_without_news_is_one_small_line(browser_of_ada: Client, connection: Connection) -> None:
    make_pass(connection, unchanged=40, requests=2, seconds=0.31)
    page = browser_of_ada.get(address(connection)).text
    line = page.partition('<li class="receipt is-plain">')[2].partition("</li>")[0]
    assert "nothing changed" in line
    assert "2 requests · 0.3 s" in line
    assert "<ul" not in line
    assert "unchanged" not in line


@pytest.mark.parametrize(
    "fields",
    [
        {"state": PassState.FAILED, "code": "timeout"},
        {"is_import": True},
        {"updated": 1},
        {"code": "project_gone", "notes": [{"project": "HR", "gone": True}]},
    ],
)
def test_a_pass_with_news_is_not_small(connection: Connection, fields: dict[str, Any]) -> None:
    assert not receipt_of(make_pass(connection, **fields), connection).is_plain


def test_a_long_list_unfolds(browser_of_ada: Client, connection: Connection) -> None:
    notes = [{"key": f"PAY-{number}", "created": True, "to": "todo"} for number in range(SHOWN + 5)]
    make_pass(connection, created=len(notes), notes=notes)
    page = browser_of_ada.get(address(connection)).text
    assert "<summary>5 more</summary>" in page
    assert page.count('<a class="key"') == SHOWN + 5


def test_what_jira_says_is_never_code(browser_of_ada: Client, connection: Connection) -> None:
    evil = "<script>alert(1)</script>"
    notes = [
        {"key": evil, "unreadable": evil},
        {"key": "A-1", "changed": ["title"], "values": {"title": [evil, evil]}},
        {"project": evil, "gone": True},
    ]
    make_pass(connection, notes=notes, failed=1)
    page = browser_of_ada.get(address(connection)).text
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert") >= 5


@pytest.mark.parametrize(
    "code", ["list_shrank", "listing_incomplete", "budget_spent", "project_gone", "interrupted"]
)
def test_each_end_of_a_pass_has_words_of_its_own(
    browser_of_ada: Client, connection: Connection, code: str
) -> None:
    make_pass(connection, PassState.PARTIAL, code=code)
    page = browser_of_ada.get(address(connection)).text
    assert code in WORDS
    assert "not as Jira does" not in page


def test_what_a_real_pass_changed_is_told_from_what_to_what(
    browser_of_ada: Client, ada: Any, sandbox: Any
) -> None:
    connection = connect_and_import(ada, picked=SANDBOX_PROJECTS)
    issue = next(
        each
        for each in sandbox.world.issues.values()
        if each.key.startswith("PAY-") and connection.links.filter(key=each.key).exists()
    )
    sandbox.world.edit(issue.key, summary="Quite another title", points=7)
    receipt = run_pass_now(connection)
    assert receipt.updated == 1
    page = browser_of_ada.get(address(connection)).text
    assert f'/browse/{issue.key}" target="_blank"' in page
    assert "→ “Quite another title”" in page
    assert "→ “7”" in page
    run_pass_now(connection)
    assert '<li class="receipt is-plain">' in browser_of_ada.get(address(connection)).text


def test_a_project_that_is_gone_is_told_once_and_again_after_picking_anew(
    browser_of_ada: Client, ada: Any, sandbox: Any
) -> None:
    connection = connect_and_import(ada, picked=SANDBOX_PROJECTS)
    sandbox.world.hide_project("OPS")
    for _ in range(2):
        assert run_pass_now(connection).code == "project_gone"
    told = notices_of(ada).get(kind="project_gone")
    assert (told.kind, told.params["project"]) == ("project_gone", "OPS")
    assert "The project OPS at" in browser_of_ada.get("/notices/").text
    assert "gone, or not shown to you" in browser_of_ada.get(address(connection)).text
    pick_projects(
        connection, list(connection.projects.filter(key="PAY").values_list("project_id", flat=True))
    )
    assert not notices_of(ada).filter(kind="project_gone").exists()
