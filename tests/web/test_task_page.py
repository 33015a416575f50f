"""The page of a task: Jira's part to be read, the person's to be written, and nothing lost between two windows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from ekachit.accounts.models import User
from ekachit.connections.models import Connection
from ekachit.sync.models import EntryState, OutboxEntry
from ekachit.tasks.models import ChecklistItem, FocusSession, Status, Task
from ekachit.web.notes_html import notes_html
from tests.web.looking import htmx
from tests.web.making import make_checklist, make_conflict, make_issue, make_pass, make_task


@pytest.fixture
def task(ada: User) -> Task:
    return make_task(ada, "Write it down")


@pytest.fixture
def issue(connection: Connection) -> Task:
    found = make_issue(
        connection,
        "PAY-482",
        points=3,
        estimate_hours=6.0,
        priority_name="High",
        priority_rank=2,
        jira_status="In Review",
    )
    make_checklist(found, 1, 2)
    return found


def session(task: Task, *, hours: float = 1.0, ago: float = 3.0) -> FocusSession:
    began = timezone.now() - timedelta(hours=ago)
    ended = began + timedelta(hours=hours)
    return FocusSession.objects.create(
        user=task.user,
        task=task,
        started_at=began,
        ended_at=ended,
        seconds=hours * 3600,
        ending="paused",
        last_sign_at=ended,
    )


def test_what_is_jiras_is_marked_and_has_no_form(browser_of_ada: Client, issue: Task) -> None:
    page = browser_of_ada.get(f"/tasks/{issue.pk}/").text
    for said in ("From Jira", "read-only here", "In Review", "Sub-tasks in Jira, read-only here", "SUB-1"):
        assert said in page
    assert 'name="title" type="text" maxlength="500" required autocomplete="off" value="Retry' not in page
    answer = browser_of_ada.post(
        f"/tasks/{issue.pk}/heading/", {"title": "Mine", "priority": "1", "edition": "0"}
    )
    assert answer.status_code == 422
    assert "Title and priority come from Jira." in answer.text


def test_title_and_priority_of_an_own_task_are_the_persons(browser_of_ada: Client, task: Task) -> None:
    sent = {"title": "Write it all down", "priority": "1", "edition": "0"}
    browser_of_ada.post(f"/tasks/{task.pk}/heading/", sent)
    task.refresh_from_db()
    assert (task.title, task.priority_name) == ("Write it all down", "Highest")
    assert "You changed the title, the priority." in browser_of_ada.get(f"/tasks/{task.pk}/").text.replace(
        "the priority, the title", "the title, the priority"
    )


@pytest.mark.parametrize(
    ("part", "sent"),
    [
        ("notes", {"notes": "mine"}),
        ("heading", {"title": "Mine", "priority": "1"}),
        ("estimate", {"estimate": "3h"}),
    ],
)
def test_an_edit_on_what_changed_meanwhile_says_so_and_loses_nothing(
    browser_of_ada: Client, task: Task, part: str, sent: dict[str, str]
) -> None:
    Task.objects.filter(pk=task.pk).update(edition=1, notes="theirs", estimate_hours=8.0)
    answer = browser_of_ada.post(f"/tasks/{task.pk}/{part}/", {**sent, "edition": "0"})
    assert answer.status_code == 409
    assert "This was changed meanwhile, in another window." in answer.text
    mine = next(iter(sent.values()))
    assert mine in answer.text
    assert {"notes": "theirs", "heading": "Write it down", "estimate": "Stored now: 8h."}[part] in answer.text
    assert 'name="edition" value="1"' in answer.text
    task.refresh_from_db()
    assert (task.notes, task.title, task.estimate_hours) == ("theirs", "Write it down", 8.0)
    browser_of_ada.post(f"/tasks/{task.pk}/{part}/", {**sent, "edition": "1"})
    task.refresh_from_db()
    assert mine in {task.notes, task.title, f"{task.estimate_hours or 0:.0f}h"}


def test_an_estimate_of_ones_own_wins_and_goes_back_to_points(browser_of_ada: Client, issue: Task) -> None:
    path = f"/tasks/{issue.pk}/estimate/"
    browser_of_ada.post(path, {"estimate": "1h 30m", "edition": "0"})
    page = browser_of_ada.get(f"/tasks/{issue.pk}/").text
    assert "By its points it would be 6h." in page
    assert "Back to points" in page
    browser_of_ada.post(path, {"points": "1", "edition": "1"})
    issue.refresh_from_db()
    assert (issue.estimate_hours, issue.estimate_override_hours) == (6.0, None)


@pytest.mark.parametrize("typed", ["", "soon", "0h", "-1h", "20000h"])
def test_an_estimate_that_is_none_stays_in_its_field(browser_of_ada: Client, task: Task, typed: str) -> None:
    answer = browser_of_ada.post(f"/tasks/{task.pk}/estimate/", {"estimate": typed, "edition": "0"})
    assert answer.status_code == 422
    assert f'placeholder="2h" value="{typed}"' in answer.text


def test_notes_are_markdown(browser_of_ada: Client, task: Task) -> None:
    browser_of_ada.post(f"/tasks/{task.pk}/notes/", {"notes": "- *one*\r\n- two", "edition": "0"})
    assert "<li><em>one</em></li>" in browser_of_ada.get(f"/tasks/{task.pk}/").text


@pytest.mark.parametrize(
    ("text", "kept", "never"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;", "<script"),
        ("[x](javascript:alert(1))", "javascript:alert(1)", "href"),
        ('<img src=x onerror="alert(1)">', "&lt;img", "<img"),
        ("![cat](https://evil.example/cat.png)", '<a href="https://evil.example/cat.png"', "<img"),
        ("[x](data:text/html,hi)", "x", "href"),
        ("<https://example.org>", 'rel="noopener noreferrer nofollow"', "target"),
        ('![a"b](https://e.org/"onx=1)', "a", '"onx'),
        ("# Title", "<h3>Title</h3>", "<h1"),
        ("~~gone~~", "<s>gone</s>", "~~"),
        ("|a|\n|-|\n|b|", "<td>b</td>", "style"),
    ],
)
def test_notes_never_become_code(text: str, kept: str, never: str) -> None:
    shown = notes_html(text)
    assert kept in shown
    assert never not in shown


def test_own_lines_of_the_checklist_stand_beside_jiras(browser_of_ada: Client, issue: Task) -> None:
    part = browser_of_ada.post(
        f"/tasks/{issue.pk}/checklist/add/", {"title": "Tell support"}, headers=htmx("/x")
    ).text
    assert "<html" not in part
    line = ChecklistItem.objects.get(ref="")
    part = browser_of_ada.post(f"/lines/{line.pk}/", {"do": "tick"}, headers=htmx("/x")).text
    assert 'aria-checked="true" aria-label="Tell support"' in part
    assert "2/3" in part
    browser_of_ada.post(f"/lines/{line.pk}/", {"do": "rename", "title": "Tell sales", "was": "Tell support"})
    stale = {"do": "rename", "title": "Tell all", "was": "Tell support"}
    answer = browser_of_ada.post(f"/lines/{line.pk}/", stale)
    assert answer.status_code == 422
    assert "This line says “Tell sales” now." in answer.text
    assert "Tell all" in answer.text
    browser_of_ada.post(f"/lines/{line.pk}/", {"do": "delete"})
    assert not ChecklistItem.objects.filter(ref="").exists()


def test_own_lines_move_and_jiras_do_not(browser_of_ada: Client, issue: Task) -> None:
    for title in ("One", "Two"):
        browser_of_ada.post(f"/tasks/{issue.pk}/checklist/add/", {"title": title})
    first, second = ChecklistItem.objects.filter(ref="")
    browser_of_ada.post(f"/lines/{second.pk}/", {"do": "up"})
    assert list(ChecklistItem.objects.filter(ref="")) == [second, first]
    browser_of_ada.post(f"/lines/{second.pk}/", {"do": "down"})
    browser_of_ada.post(f"/lines/{second.pk}/", {"do": "down"})
    assert list(ChecklistItem.objects.filter(ref="")) == [first, second]
    mirrored = ChecklistItem.objects.exclude(ref="")[0]
    answer = browser_of_ada.post(f"/lines/{mirrored.pk}/", {"do": "tick"})
    assert "This line is a sub-task in Jira." in answer.text
    assert browser_of_ada.post(f"/lines/{second.pk}/", {"do": "dance"}).status_code == 400


def test_the_lines_unfold_in_the_row(browser_of_ada: Client, issue: Task) -> None:
    Task.objects.filter(pk=issue.pk).update(checklist_more=5)
    part = browser_of_ada.get(f"/tasks/{issue.pk}/checklist/", headers=htmx()).text
    assert "5 more in Jira" in part
    assert (
        browser_of_ada.get(f"/tasks/{issue.pk}/checklist/").headers["Location"]
        == f"/tasks/{issue.pk}/#checklist"
    )


def test_time_is_typed_changed_and_deleted(browser_of_ada: Client, task: Task) -> None:
    browser_of_ada.post(f"/tasks/{task.pk}/sessions/", {"took": "1h 20m"})
    typed = FocusSession.objects.get()
    assert typed.seconds == 4800
    page = browser_of_ada.get(f"/tasks/{task.pk}/").text
    assert "You typed that it took 1h 20m." in page
    began, ended = datetime(2026, 3, 2, 9, 0, tzinfo=UTC), "2026-03-02T10:30"
    sent = {"began": began.strftime("%Y-%m-%dT%H:%M"), "ended": ended, "edition": "0"}
    browser_of_ada.post(f"/sessions/{typed.pk}/", sent)
    typed.refresh_from_db()
    assert (typed.started_at, typed.seconds) == (began, 5400)
    stale = browser_of_ada.post(f"/sessions/{typed.pk}/", {**sent, "ended": "2026-03-02T11:00"})
    assert stale.status_code == 409
    assert 'value="2026-03-02T11:00"' in stale.text
    browser_of_ada.post(f"/sessions/{typed.pk}/delete/", {"edition": "1"})
    assert not FocusSession.objects.exists()
    assert "You deleted the session" in browser_of_ada.get(f"/tasks/{task.pk}/").text


def test_a_session_left_as_it_was_keeps_its_seconds(browser_of_ada: Client, task: Task) -> None:
    timed = session(task)
    before = (timed.started_at, timed.ended_at)
    sent = {
        "began": f"{timed.started_at:%Y-%m-%dT%H:%M}",
        "ended": f"{timed.ended_at:%Y-%m-%dT%H:%M}",
        "edition": "0",
    }
    browser_of_ada.post(f"/sessions/{timed.pk}/", sent)
    timed.refresh_from_db()
    assert (timed.started_at, timed.ended_at) == before


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"took": "45"}, "Is 45 hours or minutes?"),
        ({"took": "1h", "ended": "2999-01-01T00:00"}, "A session cannot end in the future."),
        ({"took": "1h", "ended": "yesterday"}, "Choose day and time."),
    ],
)
def test_time_that_is_none_is_refused(
    browser_of_ada: Client, task: Task, sent: dict[str, str], said: str
) -> None:
    answer = browser_of_ada.post(f"/tasks/{task.pk}/sessions/", sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{sent["took"]}"' in answer.text


def test_a_time_that_the_clocks_skipped_is_refused(browser_of_ada: Client, ada: User, task: Task) -> None:
    User.objects.filter(pk=ada.pk).update(time_zone="Europe/Berlin")
    timed = session(task)
    sent = {"began": "2026-03-29T02:30", "ended": "2026-03-29T04:00", "edition": "0"}
    assert "some times do not exist" in browser_of_ada.post(f"/sessions/{timed.pk}/", sent).text
    sent["began"] = "2026-03-29T01:30"
    browser_of_ada.post(f"/sessions/{timed.pk}/", sent)
    timed.refresh_from_db()
    assert timed.seconds == 5400  # from 1:30 to 4:00 on a night without its third hour


def test_the_history_is_told_in_words(browser_of_ada: Client, issue: Task, connection: Connection) -> None:
    now = timezone.now()
    note = {"key": "PAY-482", "changed": ["status"], "from": "todo", "to": "in_progress"}
    make_pass(connection, notes=[note, {"key": "PAY-9", "created": True, "to": "todo"}])
    make_conflict(issue)
    common = {
        "user": issue.user,
        "task": issue,
        "connection": connection,
        "base": "todo",
        "not_before": now,
        "created_at": now,
    }
    OutboxEntry.objects.create(
        **common, wanted="done", state=EntryState.REFUSED, code="no_transition", ended_at=now
    )
    OutboxEntry.objects.create(**common, wanted="in_progress", state=EntryState.APPLIED, ended_at=now)
    session(issue)
    browser_of_ada.post(f"/tasks/{issue.pk}/status/", {"status": "in_progress"})
    page = browser_of_ada.get(f"/tasks/{issue.pk}/").text
    history = page.partition('id="history"')[2]
    for said in (
        "You moved it from “To Do” to “In Progress”.",
        "Jira took “In Progress”.",
        "Jira refused “Done”: no step leads there.",
        "Both sides changed: Jira&#x27;s “In Review” was taken, your “Done” set aside.",
        "Sync with Jira: status “To Do” → “In Progress”.",
        "You started the timer.",
        "The timer ended after 1h.",
    ):
        assert said in history
    assert "new, To Do" not in history


def test_the_living_part_follows_what_is_done_on_the_page(browser_of_ada: Client, task: Task) -> None:
    where = htmx(f"/tasks/{task.pk}/")
    part = browser_of_ada.post(f"/tasks/{task.pk}/start/", headers=where).text
    assert 'id="task-live" class="task-live" hx-swap-oob="true"' in part
    assert 'value="in_progress" aria-pressed="true"' in part
    assert "You moved it from" in part


def test_somebody_else_finds_nothing(
    browser_of_ada: Client, outsider: Client, client: Client, task: Task
) -> None:
    timed = session(task)
    line = ChecklistItem.objects.create(task=task, title="Mine")
    assert outsider.get(f"/tasks/{task.pk}/").status_code == 404
    assert outsider.get(f"/tasks/{task.pk}/checklist/", headers=htmx()).status_code == 404
    assert client.get(f"/tasks/{task.pk}/").status_code == 302
    parts = ("heading", "notes", "estimate", "checklist/add", "sessions")
    posts = [f"/tasks/{task.pk}/{part}/" for part in parts]
    posts += [f"/lines/{line.pk}/", f"/sessions/{timed.pk}/", f"/sessions/{timed.pk}/delete/"]
    sent = {"title": "x", "notes": "x", "estimate": "1h", "took": "1h", "do": "delete", "edition": "0"}
    for path in posts:
        assert outsider.post(path, sent).status_code == 404, path
        assert browser_of_ada.get(path).status_code == 405, path
    task.refresh_from_db()
    assert (task.title, task.notes, task.status) == ("Write it down", "", Status.TODO)
    assert FocusSession.objects.count() == ChecklistItem.objects.count() == 1
