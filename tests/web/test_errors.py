# ruff: noqa: N802 # names begin with the ids of faults

from __future__ import annotations

import re
import sqlite3
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client, RequestFactory

from ekachit.tasks.models import Task
from ekachit.web import errors, today


def test_an_unknown_address_is_a_page_with_an_id_that_is_in_the_log(
    browser_of_ada: Client, caplog: pytest.LogCaptureFixture
) -> None:
    answer = browser_of_ada.get("/nowhere/?token=secret-canary")
    assert answer.status_code == 404
    found = re.search(r"<code>([0-9a-f]{8})</code>", answer.text)
    assert found is not None
    assert f"error page {found[1]}: 404 for GET '/nowhere/'" in caplog.text
    assert "secret-canary" not in answer.text


def test_W09_a_failure_of_ours_is_a_page_without_a_trace(
    browser_of_ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("canary-in-the-trace")

    monkeypatch.setattr(today, "todays_rows", broken)
    browser_of_ada.raise_request_exception = False
    answer = browser_of_ada.get("/today/")
    assert answer.status_code == 500
    assert "Something broke on our side." in answer.text
    assert "canary" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.django_db
@pytest.mark.parametrize(("view", "status"), [(errors.bad_request, 400), (errors.forbidden, 403)])
def test_the_other_pages_speak_our_voice(rf: RequestFactory, view: Any, status: int) -> None:
    answer = view(rf.get("/x/"), exception=Exception("canary"))
    assert answer.status_code == status
    assert b"canary" not in answer.content
    assert b"<h1>" in answer.content


@pytest.mark.skipif(database.vendor != "sqlite", reason="PostgreSQL locks rows, not the whole database")
@pytest.mark.django_db(transaction=True)
def test_D01_what_cannot_be_saved_because_the_database_is_busy_says_so(browser_of_ada: Client) -> None:
    browser_of_ada.raise_request_exception = False
    browser_of_ada.get("/today/")
    with database.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 100")
    other = sqlite3.connect(database.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        answer = browser_of_ada.post("/tasks/", {"title": "Write it down"})
        assert answer.status_code == 503
        assert "was not saved" in answer.text
        assert browser_of_ada.get("/today/").status_code == 200, "reading goes on"
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert not Task.objects.exists()
    assert browser_of_ada.post("/tasks/", {"title": "Write it down"}).status_code == 302
    assert Task.objects.get().title == "Write it down"
    database.close()
