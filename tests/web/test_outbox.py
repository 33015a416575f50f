"""Changes for Jira: the chip in the row, the page behind it, and what can be done there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ekachit.accounts.models import User
from ekachit.connections.models import Connection, Project, State
from ekachit.connections.words import WORDS
from ekachit.sync.models import EntryState, Link, OutboxEntry, SiteHold
from ekachit.sync.refusals import CANCELLED, REFUSED, told
from ekachit.tasks.models import Status, Task
from tests.web.making import make_connection, make_issue, make_projects, make_task

HTMX = {"HX-Request": "true"}
RESOLUTION = {
    "id": "resolution",
    "name": "Resolution",
    "revealed": False,
    "options": [{"id": "10000", "name": "Done"}, {"id": "10001", "name": "Won't Do"}],
}


@pytest.fixture
def task(connection: Connection) -> Task:
    Project.objects.update(two_way=True)
    task = make_issue(connection, "PAY-1", "Refund twice")
    Link.objects.update(base={"status": "todo"})
    return task


def make_entry(task: Task, state: EntryState = EntryState.WAITING, **fields: Any) -> OutboxEntry:
    now = timezone.now()
    ended = {} if state in {EntryState.WAITING, EntryState.SENDING} else {"ended_at": now}
    link: Link = task.link
    fields = {"wanted": "done", "base": "todo", "not_before": now, "created_at": now, **ended, **fields}
    return OutboxEntry.objects.create(
        user=task.user, task=task, connection=link.connection, state=state, **fields
    )


def refused(task: Task, code: str = "field_required", **detail: Any) -> OutboxEntry:
    return make_entry(task, EntryState.REFUSED, code=code, detail={"fields": [], "said": [], **detail})


def chip(page: str) -> str:
    return page.partition('<li class="row')[2].partition('class="chip')[2].partition("</a>")[0]


def test_a_row_that_waits_says_so_and_asks_again_each_second(browser_of_ada: Client, task: Task) -> None:
    make_entry(task)
    page = browser_of_ada.get("/today/").text
    assert ">waiting for Jira" in chip(page)
    assert 'hx-get="/today/rows/" hx-trigger="every 1s"' in page
    OutboxEntry.objects.update(state=EntryState.APPLIED, ended_at=timezone.now())
    part = browser_of_ada.get("/today/rows/", headers=HTMX).text
    assert "waiting for Jira" not in part
    assert "hx-trigger" not in part.partition("<li")[0].partition('id="today"')[2].partition(">")[0]


@pytest.mark.parametrize(
    ("entry", "hold", "state", "said"),
    [
        ({}, {}, State.NEEDS_TOKEN, "it needs a new token"),
        ({"code": "token_rejected", "not_before": 60}, {}, State.CONNECTED, "it needs a new token"),
        ({"code": "rate_limited", "not_before": 60}, {}, State.CONNECTED, "it asked us to wait until "),
        (
            {"code": "read_only", "not_before": 60},
            {},
            State.CONNECTED,
            "it takes no changes now, next try at ",
        ),
        ({"code": "timeout", "not_before": 60}, {}, State.CONNECTED, "it does not answer, next try at "),
        ({"code": "key_missing", "not_before": 60}, {}, State.CONNECTED, "this server cannot send now"),
        ({}, {"code": "rate_limited"}, State.CONNECTED, "it asked us to wait until "),
        ({}, {"code": "server_error"}, State.CONNECTED, "it does not answer, next try at "),
        ({"not_before": -200}, {}, State.CONNECTED, "nobody sends it. Is the worker running?"),
    ],
)
def test_why_it_waits_is_said(  # each is asked for by name
    browser_of_ada: Client,
    task: Task,
    entry: dict[str, Any],
    hold: dict[str, str],
    state: State,
    said: str,
) -> None:
    moment = timezone.now() + timedelta(seconds=entry.get("not_before", 0))
    make_entry(task, **{**entry, "not_before": moment})
    Connection.objects.update(state=state)
    if hold:
        SiteHold.objects.create(
            site="yourteam.atlassian.net", until=timezone.now() + timedelta(minutes=5), **hold
        )
    page = browser_of_ada.get("/today/").text
    assert f">waiting for Jira: {said}" in chip(page)
    assert 'hx-trigger="every 15s"' in page, "it does not hurry where nothing can happen"
    assert said in browser_of_ada.get("/outbox/").text


def test_a_refusal_leads_to_its_reason_and_a_choice_for_the_project(
    browser_of_ada: Client, task: Task
) -> None:
    entry = refused(task, fields=[RESOLUTION], said=["Resolution is required."])
    row = chip(browser_of_ada.get("/today/").text)
    assert f'href="/outbox/#task-{task.pk}"' in row
    assert "Jira refused: needs “Resolution”" in row
    page = browser_of_ada.get("/outbox/").text
    for part in (
        f'id="task-{task.pk}"',
        "Refund twice",
        "only together with a value for “Resolution”",
        "<q>Resolution is required.</q>",
        'href="https://yourteam.atlassian.net/browse/PAY-1" target="_blank" rel="noopener noreferrer"',
        '<option value="10001">Won&#x27;t Do</option>',
        f'action="/outbox/{entry.pk}/choose/"',
        f'action="/outbox/{entry.pk}/retry/"',
        f'action="/outbox/{entry.pk}/leave/"',
    ):
        assert part in page
    answer = browser_of_ada.post(f"/outbox/{entry.pk}/choose/", {"field-resolution": "10001"})
    assert answer.headers["Location"] == f"/today/#task-{task.pk}"
    chosen = Project.objects.get(project_id="10001").chosen_values["resolution"]
    assert (chosen["id"], chosen["name"]) == ("10001", "Won't Do")
    task.refresh_from_db()
    assert task.status == Status.DONE
    assert OutboxEntry.objects.get(state=EntryState.WAITING).wanted == "done"


def test_a_resolution_without_named_values_is_typed(browser_of_ada: Client, task: Task) -> None:
    entry = refused(task, fields=[{**RESOLUTION, "options": [], "revealed": True}])
    assert 'name="field-resolution" type="text"' in browser_of_ada.get("/outbox/").text
    browser_of_ada.post(f"/outbox/{entry.pk}/choose/", {"field-resolution": " Done "})
    chosen = Project.objects.get(project_id="10001").chosen_values["resolution"]
    assert (chosen["id"], chosen["name"], chosen["revealed"]) == ("", "Done", True)


def test_what_cannot_be_given_here_is_done_in_jira(browser_of_ada: Client, task: Task) -> None:
    team = {"id": "customfield_1", "name": "Team", "revealed": False, "options": []}
    entry = refused(task, fields=[RESOLUTION, team])
    page = browser_of_ada.get("/outbox/").text
    assert "needs “Resolution”, “Team”" in browser_of_ada.get("/today/").text
    assert "/choose/" not in page
    answer = browser_of_ada.post(f"/outbox/{entry.pk}/choose/", {"field-customfield_1": "Blue"})
    assert answer.status_code == 400
    assert Project.objects.get(project_id="10001").chosen_values == {}


@pytest.mark.parametrize(
    "given", [{}, {"field-resolution": ""}, {"field-resolution": "9"}, {"field-other": "1"}]
)
def test_nothing_chosen_keeps_nothing(browser_of_ada: Client, task: Task, given: dict[str, str]) -> None:
    entry = refused(task, fields=[RESOLUTION])
    assert browser_of_ada.post(f"/outbox/{entry.pk}/choose/", given).status_code == 400
    assert Project.objects.get(project_id="10001").chosen_values == {}


def test_try_again_and_leave_it(browser_of_ada: Client, task: Task) -> None:
    entry = refused(task, "no_transition")
    page = browser_of_ada.post(f"/outbox/{entry.pk}/retry/", follow=True).text
    assert "“Refund twice” is on its way to Jira." in page
    OutboxEntry.objects.filter(state=EntryState.WAITING).delete()
    Task.objects.update(status=Status.TODO, done_at=None)
    page = browser_of_ada.post(f"/outbox/{entry.pk}/leave/", follow=True).text
    assert "stays as it is" in page
    assert "Jira has all your changes" in page
    assert "Jira refused" not in browser_of_ada.get("/today/").text


def test_what_cannot_be_sent_again_says_so(browser_of_ada: Client, task: Task) -> None:
    entry = refused(task)
    Project.objects.update(two_way=False)
    page = browser_of_ada.post(f"/outbox/{entry.pk}/retry/", follow=True).text
    assert "This cannot be sent now" in page
    task.refresh_from_db()
    assert task.status == Status.TODO


def test_a_refusal_that_is_overtaken_is_no_longer_said(browser_of_ada: Client, task: Task) -> None:
    refused(task)
    Task.objects.update(status=Status.DONE, done_at=timezone.now())
    assert "Jira refused" not in browser_of_ada.get("/today/").text
    assert "Jira has all your changes" in browser_of_ada.get("/outbox/").text


@pytest.mark.parametrize("code", ["disconnected", "plan", "two_way_off"])
def test_what_was_not_sent_says_so(browser_of_ada: Client, task: Task, code: str) -> None:
    make_entry(task, EntryState.CANCELLED, code=code)
    Task.objects.update(status=Status.DONE, done_at=timezone.now())
    assert f"not sent to Jira: {CANCELLED[code].short}" in browser_of_ada.get("/today/").text
    page = browser_of_ada.get("/outbox/").text
    assert str(CANCELLED[code].next_step) in page


def test_what_was_taken_back_is_no_news(browser_of_ada: Client, task: Task) -> None:
    make_entry(task, EntryState.CANCELLED, code="undone")
    assert "not sent" not in browser_of_ada.get("/today/").text


# The codes that a delivery can end with: those of `jira.errors`, and those of our own.
CODES = (
    *REFUSED,
    "site_unknown", "api_removed", "redirected", "not_json", "bad_shape", "too_large", "bad_encoding", "bad_http",
    "address_blocked", "endless_pages", "client_fault", "key_missing", "key_wrong", "sealed_broken", "never_heard_of",
)  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_every_refusal_has_words_and_a_next_step(task: Task, code: str) -> None:
    words = told(refused(task, code, fields=[RESOLUTION]))
    assert words.short
    assert words.title.endswith((".", "!"))
    assert words.next_step.endswith(".")
    assert "%(" not in f"{words.short}{words.title}{words.next_step}"
    assert code not in words.title or code in WORDS


def test_what_jira_says_is_never_code(browser_of_ada: Client, task: Task) -> None:
    evil = '"><script>alert(1)</script>'
    field = {"id": evil, "name": evil, "revealed": False, "options": [{"id": evil, "name": evil}]}
    refused(task, fields=[field], said=[evil])
    for path in ("/outbox/", "/today/"):
        assert "<script>alert" not in browser_of_ada.get(path).text


def test_somebody_else_sees_and_changes_nothing(outsider: Client, client: Client, task: Task) -> None:
    entry = refused(task, fields=[RESOLUTION])
    assert "Refund twice" not in outsider.get("/outbox/").text
    for what in ("choose", "retry", "leave"):
        address = f"/outbox/{entry.pk}/{what}/"
        assert outsider.post(address, {"field-resolution": "10000"}).status_code == 404
        assert client.post(address).status_code == 302
        assert outsider.get(address).status_code == 405
    entry.refresh_from_db()
    assert (entry.state, entry.left_at, OutboxEntry.objects.count()) == (EntryState.REFUSED, None, 1)


def test_many_rows_cost_as_many_queries_as_few(browser_of_ada: Client, ada: User) -> None:
    own = make_connection(ada, site="other.atlassian.net")
    make_projects(own)
    counts: dict[str, list[int]] = {"/today/": [], "/outbox/": []}
    for amount in (3, 60):
        for number in range(amount):
            made = make_issue(own, f"P{amount}-{number}")
            Link.objects.filter(task=made).update(base={"status": "todo"})
            if number % 2:
                refused(made, fields=[RESOLUTION])
            else:
                make_entry(made)
        for path, seen in counts.items():
            browser_of_ada.get(path)  # the first look writes down what was said of each task
            with CaptureQueriesContext(database) as queries:
                browser_of_ada.get(path)
            seen.append(len(queries))
    assert all(few == many for few, many in counts.values()), counts


def test_several_on_their_way_show_how_far_they_are(browser_of_ada: Client, connection: Connection) -> None:
    for number in range(5):
        made = make_issue(connection, f"PAY-{number}")
        make_entry(made, EntryState.WAITING if number < 3 else EntryState.APPLIED)
    page = browser_of_ada.get("/today/").text
    assert "2 of 5 sent to Jira" in page
    assert '<progress aria-labelledby="bulk-name" max="5" value="2">' in page


def test_several_tasks_are_changed_at_once(browser_of_ada: Client, ada: User, task: Task) -> None:
    own, other = make_task(ada, "My own"), make_task(ada, "Not this one")
    page = browser_of_ada.get("/tasks/select/").text
    for title in ("Refund twice", "My own", "Not this one"):
        assert title in page
    ticked = {"task": [task.pk, own.pk, "x", 999999], "status": "done"}
    page = browser_of_ada.post("/tasks/select/", ticked, follow=True).text
    assert "2 tasks are changed." in page
    assert set(Task.objects.filter(status=Status.DONE)) == {task, own}
    assert other.status == Status.TODO
    assert OutboxEntry.objects.get().task == task


def test_somebody_elses_tasks_cannot_be_ticked(outsider: Client, browser_of_ada: Client, task: Task) -> None:
    outsider.post("/tasks/select/", {"task": [task.pk], "status": "done"})
    assert browser_of_ada.post("/tasks/select/", {"task": [task.pk], "status": "no"}).status_code == 400
    task.refresh_from_db()
    assert task.status == Status.TODO
