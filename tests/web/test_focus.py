"""The bar on top: one timer for a person, the same in every window."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from ekachit.accounts.models import User
from ekachit.connections.models import Connection, Project
from ekachit.sync.models import Link, OutboxEntry
from ekachit.tasks.models import Ending, FocusSession, SessionSource, Status, Task
from tests.web.looking import htmx, row_of
from tests.web.making import make_issue, make_task


@pytest.fixture
def task(ada: User) -> Task:
    return make_task(ada, "Write it down", estimate_hours=2.0)


def running(task: Task, *, ago: timedelta, unseen: timedelta | None = None) -> FocusSession:
    now = timezone.now()
    return FocusSession.objects.create(
        user=task.user, task=task, started_at=now - ago, last_sign_at=now - (unseen or timedelta())
    )


def test_start_puts_the_task_in_progress_and_the_bar_on_every_page(
    browser_of_ada: Client, task: Task
) -> None:
    part = browser_of_ada.post(f"/tasks/{task.pk}/start/", headers=htmx()).text
    assert 'id="focus" class="focus"' in part
    assert "In progress <span>1</span>" in part
    assert 'formaction="/focus/pause/"' in row_of(part, task.pk)
    assert "The timer runs on “Write it down”." in part
    for page in ("/today/", "/board/", "/settings/", "/help/", f"/tasks/{task.pk}/"):
        text = browser_of_ada.get(page).text
        assert 'role="timer"' in text
        assert "of 2h so far" in text
    task.refresh_from_db()
    assert task.status == Status.IN_PROGRESS


def test_without_a_script_it_comes_back_to_where_it_was_started(browser_of_ada: Client, task: Task) -> None:
    sent = {"back": "/board/?project=PAY"}
    answer = browser_of_ada.post(f"/tasks/{task.pk}/start/", sent)
    assert answer.headers["Location"] == f"/board/?project=PAY#task-{task.pk}"
    for elsewhere in ("https://evil.example/", "//evil.example/", "javascript:alert(1)", ""):
        answer = browser_of_ada.post("/focus/pause/", {"back": elsewhere})
        assert answer.headers["Location"] == "/today/"


def test_where_two_way_is_on_a_start_goes_to_jira(browser_of_ada: Client, connection: Connection) -> None:
    Project.objects.filter(connection=connection).update(two_way=True)
    issue = make_issue(connection, "PAY-482")
    Link.objects.update(base={"status": "todo"})
    browser_of_ada.post(f"/tasks/{issue.pk}/start/", headers=htmx())
    assert OutboxEntry.objects.get(task=issue).wanted == Status.IN_PROGRESS


def test_starting_another_one_pauses_the_first(browser_of_ada: Client, ada: User, task: Task) -> None:
    running(task, ago=timedelta(minutes=10))
    other = make_task(ada, "Another")
    browser_of_ada.post(f"/tasks/{other.pk}/start/", headers=htmx())
    first, second = FocusSession.objects.order_by("started_at")
    assert (first.ending, second.task, second.running) == (Ending.PAUSED, other, True)


def test_pause_says_how_long_and_offers_to_go_on(browser_of_ada: Client, task: Task) -> None:
    running(task, ago=timedelta(hours=1, minutes=12))
    part = browser_of_ada.post("/focus/pause/", headers=htmx()).text
    assert "Paused “Write it down” after 1h 12m." in part
    assert "Resume" in part
    assert "Nothing was running." in browser_of_ada.post("/focus/pause/", headers=htmx()).text


def test_done_ends_the_session_with_the_task(browser_of_ada: Client, task: Task) -> None:
    running(task, ago=timedelta(minutes=30))
    part = browser_of_ada.post(f"/tasks/{task.pk}/done/", headers=htmx()).text
    assert "took 30m" in row_of(part, task.pk)
    assert "How long did it take?" not in part
    assert FocusSession.objects.get().ending == Ending.DONE


def test_an_open_page_is_answered_only_where_something_changed(browser_of_ada: Client, task: Task) -> None:
    page = browser_of_ada.get("/today/").text
    stamp = page.partition('data-stamp="')[2].partition('"')[0]
    asked = {"stamp": stamp}
    assert browser_of_ada.get("/focus/", asked, headers=htmx()).status_code == 204
    running(task, ago=timedelta(minutes=1))
    part = browser_of_ada.get("/focus/", asked, headers=htmx())
    assert part.status_code == 200
    assert 'id="today" hx-swap-oob="true"' in part.text
    assert 'role="timer"' in part.text
    assert browser_of_ada.get("/focus/").headers["Location"] == "/today/"


def test_only_who_did_something_gives_a_sign_of_life(browser_of_ada: Client, task: Task) -> None:
    session = running(task, ago=timedelta(hours=1), unseen=timedelta(minutes=20))
    before = session.last_sign_at
    browser_of_ada.get("/focus/", {"stamp": "x"}, headers=htmx())
    session.refresh_from_db()
    assert session.last_sign_at == before
    browser_of_ada.get("/focus/", {"stamp": "x", "acted": "1"}, headers=htmx())
    session.refresh_from_db()
    assert session.last_sign_at > before


@pytest.mark.parametrize(("how", "left"), [("keep", 10.0), ("last_sign", 2.0), ("drop", None)])
def test_a_session_that_ran_on_alone_is_asked_about(
    browser_of_ada: Client, task: Task, how: str, left: float | None
) -> None:
    session = running(task, ago=timedelta(hours=10), unseen=timedelta(hours=8))
    page = browser_of_ada.get("/today/").text
    assert "ran on without you" in page
    assert "All of it (10h)" in page
    refused = browser_of_ada.post("/focus/pause/", headers=htmx()).text
    assert "Say first what should become of it." in refused
    browser_of_ada.post(f"/sessions/{session.pk}/settle/", {"how": how}, headers=htmx())
    found = FocusSession.objects.filter(pk=session.pk).first()
    hours = None if found is None else round(found.seconds_at(timezone.now()) / 3600, 2)
    assert hours == left
    assert "ran on without you" not in browser_of_ada.get("/today/").text


def test_a_session_is_trimmed_to_a_moment_in_the_persons_zone(
    browser_of_ada: Client, ada: User, task: Task
) -> None:
    User.objects.filter(pk=ada.pk).update(time_zone="Asia/Tokyo")
    session = running(task, ago=timedelta(hours=10), unseen=timedelta(hours=8))
    ada.refresh_from_db()
    stop = (session.started_at + timedelta(hours=3)).astimezone(ada.zone)
    sent = {"how": "moment", "moment": stop.strftime("%Y-%m-%dT%H:%M")}
    browser_of_ada.post(f"/sessions/{session.pk}/settle/", sent, headers=htmx())
    session.refresh_from_db()
    assert session.ended_at == stop.replace(second=0, microsecond=0)
    for moment in ("", "soon", "2026-13-40T00:00"):
        again = {"how": "moment", "moment": moment}
        part = browser_of_ada.post(f"/sessions/{session.pk}/settle/", again, headers=htmx()).text
        assert "Choose when you stopped." in part


def test_an_answer_that_is_none_is_refused(browser_of_ada: Client, task: Task) -> None:
    session = running(task, ago=timedelta(hours=10), unseen=timedelta(hours=8))
    assert browser_of_ada.post(f"/sessions/{session.pk}/settle/", {"how": "guess"}).status_code == 400


def test_a_task_finished_without_a_session_is_asked_about_once(browser_of_ada: Client, task: Task) -> None:
    part = browser_of_ada.post(f"/tasks/{task.pk}/status/", {"status": "done"}, headers=htmx()).text
    assert "How long did it take?" in part
    unclear = browser_of_ada.post(f"/tasks/{task.pk}/took/", {"took": "45"}, headers=htmx()).text
    assert "Is 45 hours or minutes?" in unclear
    part = browser_of_ada.post(f"/tasks/{task.pk}/took/", {"took": "1h 20m"}, headers=htmx()).text
    assert "took 1h 20m" in row_of(part, task.pk)
    assert "How long did it take?" not in part
    assert FocusSession.objects.get().source == SessionSource.MANUAL


def test_who_does_not_say_is_not_asked_again(browser_of_ada: Client, task: Task) -> None:
    browser_of_ada.post(f"/tasks/{task.pk}/status/", {"status": "done"}, headers=htmx())
    browser_of_ada.post(f"/tasks/{task.pk}/took/", {"leave": "1"}, headers=htmx())
    for page in ("/today/", "/settings/"):
        assert "How long did it take?" not in browser_of_ada.get(page).text
    browser_of_ada.post(f"/tasks/{task.pk}/status/", {"status": "todo"}, headers=htmx())
    again = browser_of_ada.post(f"/tasks/{task.pk}/status/", {"status": "done"}, headers=htmx()).text
    assert "How long did it take?" not in again


def test_without_a_script_what_was_typed_stays(browser_of_ada: Client, task: Task) -> None:
    browser_of_ada.post(f"/tasks/{task.pk}/status/", {"status": "done"})
    answer = browser_of_ada.post(f"/tasks/{task.pk}/took/", {"took": "a while"})
    assert answer.status_code == 422
    assert 'value="a while"' in answer.text


def test_somebody_else_can_touch_none_of_it(
    browser_of_ada: Client, outsider: Client, client: Client, task: Task
) -> None:
    session = running(task, ago=timedelta(hours=10), unseen=timedelta(hours=8))
    for path in (f"/tasks/{task.pk}/start/", f"/tasks/{task.pk}/done/", f"/tasks/{task.pk}/took/"):
        assert outsider.post(path, {"took": "1h"}).status_code == 404
        assert browser_of_ada.get(path).status_code == 405
        assert client.post(path).status_code == 302
    assert outsider.post(f"/sessions/{session.pk}/settle/", {"how": "drop"}).status_code == 404
    outsider.post("/focus/pause/")
    assert "Write it down" not in outsider.get("/settings/").text
    session.refresh_from_db()
    assert session.running


def test_several_that_are_done_at_once_end_the_session_on_one_of_them(
    browser_of_ada: Client, task: Task
) -> None:
    session = running(task, ago=timedelta(minutes=30))
    browser_of_ada.post("/tasks/select/", {"task": [str(task.pk)], "status": "done"})
    session.refresh_from_db()
    assert session.ending == Ending.DONE
