"""A number that is sent may be of any length: it is refused, or means no row, and is never an error of ours."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import resolve

from ekachit.accounts.models import User
from ekachit.tasks.models import Task
from tests.web.making import make_task

LONG = ("9" * 5000, "9" * 30, "\N{ARABIC-INDIC DIGIT NINE}", "-1", "1e3", "")


@pytest.mark.parametrize("sent", LONG)
@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/tasks/{task}/move/?", "other"),
        ("/tasks/{task}/heading/?", "priority"),
        ("/tasks/{task}/notes/?", "edition"),
        ("/tasks/{task}/delete/?", "edition"),
        ("/tasks/select/?", "task"),
        ("/tasks/?", "priority"),
        ("/insights/", "drop"),
        ("/notices/new/", "after"),
        ("/settings/jira/connect/", "again"),
    ],
)
def test_a_number_of_any_length_is_no_error_of_ours(
    browser_of_ada: Client, ada: User, address: str, field: str, sent: str
) -> None:
    task = make_task(ada, "Write the plan")
    path = address.format(task=task.pk)
    resolve(path.removesuffix("?"))
    data = {"title": "Another", "where": "before", "status": "done", "text": "New", field: sent}
    ask = browser_of_ada.post if address.endswith("?") else browser_of_ada.get
    answer = ask(path, data)
    assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
    assert answer.status_code != HTTPStatus.METHOD_NOT_ALLOWED
    kept = Task.objects.get(pk=task.pk)
    assert (kept.title, kept.notes, kept.status) == ("Write the plan", "", "todo"), (
        "bad input changes nothing"
    )
