"""Tasks that the person writes down."""

from __future__ import annotations

import pytest
from django.test import Client

from ekachit.accounts.models import User
from ekachit.connections.models import Connection
from ekachit.tasks.models import Source, Task
from tests.web.looking import htmx, row_of
from tests.web.making import make_issue, make_task


@pytest.mark.parametrize(
    ("typed", "hours"), [("", None), ("2h", 2.0), ("2", 2.0), ("45m", 0.75), ("1:30", 1.5), ("1,5 h", 1.5)]
)
def test_a_task_is_written_down_on_top(
    browser_of_ada: Client, ada: User, typed: str, hours: float | None
) -> None:
    make_task(ada, "Older")
    sent = {"title": "  Read the\ntax rules ", "estimate": typed, "priority": "2"}
    part = browser_of_ada.post("/tasks/", sent, headers=htmx()).text
    task = Task.objects.get(title="Read the tax rules")
    assert (task.source, task.estimate_hours, task.priority_name) == (Source.OWN, hours, "High")
    assert part.index("Read the tax rules</a>") < part.index("Older</a>")
    assert "“Read the tax rules” is on your list." in part


def test_without_a_script_it_comes_back_to_the_new_row(browser_of_ada: Client) -> None:
    answer = browser_of_ada.post("/tasks/", {"title": "Read", "back": "/today/?new=1"})
    assert answer.headers["Location"] == f"/today/?new=1#task-{Task.objects.get().pk}"
    assert '<details id="new" class="menu new" open>' in browser_of_ada.get("/today/?new=1").text


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"title": " "}, "Give it a title."),
        ({"title": "x" * 501}, "at most"),
        ({"title": "Read", "estimate": "a while"}, "“a while” is not understood."),
        ({"title": "Read", "estimate": "-2h"}, "is not understood."),
        ({"title": "Read", "priority": "9"}, "Choose a priority from the list."),
    ],
)
def test_what_is_refused_stays_in_the_form(browser_of_ada: Client, sent: dict[str, str], said: str) -> None:
    said = "A title can have 500 characters." if said == "at most" else said
    answer = browser_of_ada.post("/tasks/", sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{sent["title"]}"' in answer.text
    assert said in browser_of_ada.post("/tasks/", sent, headers=htmx()).text
    assert not Task.objects.exists()


def test_a_task_is_deleted_only_as_it_was_looked_at(browser_of_ada: Client, ada: User) -> None:
    task = make_task(ada, "Read", edition=3)
    browser_of_ada.post(f"/tasks/{task.pk}/delete/", {"edition": "2"})
    assert Task.objects.filter(pk=task.pk).exists()
    browser_of_ada.post(f"/tasks/{task.pk}/delete/", {"edition": "3"})
    assert not Task.objects.filter(pk=task.pk).exists()


def test_what_comes_from_jira_is_not_deleted_here(browser_of_ada: Client, connection: Connection) -> None:
    issue = make_issue(connection, "PAY-482")
    answer = browser_of_ada.post(f"/tasks/{issue.pk}/delete/", {"edition": "0"}, follow=True)
    assert "This task comes from Jira." in answer.text
    assert "Delete this task" not in answer.text
    assert Task.objects.filter(pk=issue.pk).exists()


def test_somebody_else_writes_on_their_own_list(
    browser_of_ada: Client, outsider: Client, client: Client, ada: User
) -> None:
    task = make_task(ada, "A secret plan")
    assert outsider.post(f"/tasks/{task.pk}/delete/", {"edition": "0"}).status_code == 404
    part = outsider.post("/tasks/", {"title": "Theirs"}, headers=htmx()).text
    assert "A secret plan" not in part
    assert row_of(part, task.pk) == ""
    assert client.post("/tasks/", {"title": "Nobody's"}).status_code == 302
    assert browser_of_ada.get("/tasks/").status_code == 405
    assert Task.objects.filter(title__in=["Nobody's"]).count() == 0
