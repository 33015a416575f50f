"""What a person writes on tasks: their own ones whole, on Jira's the notes and the estimate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ekachit.accounts.models import User
from ekachit.tasks.actions import ChangedMeanwhileError, TaskError
from ekachit.tasks.editing import (
    HOURS_AT_MOST,
    NO_PRIORITY,
    NOTES_AT_MOST,
    Edit,
    back_to_points,
    create,
    delete_task,
    edit_task,
    set_estimate,
    title_from,
)
from ekachit.tasks.history import history_of
from ekachit.tasks.models import Source, Status, Task
from ekachit.tasks.queries import rows
from ekachit.tasks.sessions import begin
from tests.tasks.moments import at
from tests.web.making import make_task

NOW = at(9)


@pytest.fixture
def issue(ada: User) -> Task:
    return make_task(
        ada, source=Source.JIRA, points=3, estimate_hours=6, priority_name="High", priority_rank=2
    )


def test_a_task_of_one_s_own(ada: User) -> None:
    edit = Edit("  Read the\nnew tax rules ", priority=4, notes="* all\r\n* of them")
    task = create(ada, edit, now=NOW, estimate_hours=1.5)
    task.refresh_from_db()
    assert (task.title, task.source, task.status) == ("Read the new tax rules", Source.OWN, Status.TODO)
    assert (task.priority_name, task.priority_rank, task.notes) == ("Low", 4, "* all\n* of them")
    assert (task.estimate_hours, task.estimate_override_hours) == (1.5, 1.5)
    assert [event.kind for event in history_of(task)] == ["created"]


def test_what_is_new_comes_on_top(ada: User) -> None:
    make_task(ada, "urgent", priority_rank=1)
    for title in ("first", "second"):
        create(ada, Edit(title), now=NOW)
    assert [task.title for task in rows(ada)] == ["second", "first", "urgent"]


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (Edit(), "title_missing"),
        (Edit(" \t\n"), "title_missing"),
        (Edit("x" * 501), "title_long"),
        (Edit("x", priority=6), "priority_unknown"),
        (Edit("x", priority=-1), "priority_unknown"),
        (Edit("x", notes="x" * (NOTES_AT_MOST + 1)), "notes_long"),
    ],
)
def test_what_cannot_be_stored_is_refused(ada: User, edit: Edit, code: str) -> None:
    with pytest.raises(TaskError) as caught:
        create(ada, edit, now=NOW)
    assert caught.value.code == code
    task = create(ada, Edit("there", 1, "kept"), now=NOW)
    with pytest.raises(TaskError) as caught:
        edit_task(task, replace(edit, title=edit.title or ""), edition=0, now=NOW)
    assert caught.value.code == code
    task.refresh_from_db()
    assert (task.title, task.priority_rank, task.notes, task.edition) == ("there", 1, "kept", 0)


@pytest.mark.parametrize("hours", [0, -1, HOURS_AT_MOST + 1, float("nan"), float("inf")])
def test_an_estimate_that_makes_no_sense_is_refused(ada: User, hours: float) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: create(ada, Edit("x"), now=NOW, estimate_hours=hours),
        lambda: set_estimate(make_task(ada), hours, edition=0, now=NOW),
    ]
    for attempt in attempts:
        with pytest.raises(TaskError) as caught:
            attempt()
        assert caught.value.code == "estimate_wrong"


def test_an_edit_changes_what_it_names_and_no_more(ada: User) -> None:
    task = create(ada, Edit("one", 2, "notes"), now=NOW)
    task = edit_task(task, Edit(priority=NO_PRIORITY), edition=0, now=NOW)
    assert (task.title, task.priority_name, task.priority_rank, task.notes) == ("one", "", None, "notes")
    task = edit_task(task, Edit("two", 5), edition=1, now=NOW)
    assert (task.title, task.priority_rank, task.edition) == ("two", 5, 2)
    assert history_of(task)[0].params == {"changed": ["priority", "title"]}


def test_of_jira_s_tasks_only_notes_and_estimate_are_the_person_s(issue: Task) -> None:
    for edit in (Edit(title="mine"), Edit(priority=1), Edit(title="mine", notes="mine")):
        with pytest.raises(TaskError) as caught:
            edit_task(issue, edit, edition=0, now=NOW)
        assert caught.value.code == "owned_by_jira"
    with pytest.raises(TaskError) as caught:
        delete_task(issue, edition=0)
    assert caught.value.code == "owned_by_jira"
    assert edit_task(issue, Edit(notes="mine"), edition=0, now=NOW).notes == "mine"


def test_of_two_windows_the_later_one_is_told_and_loses_nothing(issue: Task) -> None:
    edit_task(issue, Edit(notes="from the desk"), edition=0, now=NOW)
    attempts: list[Callable[[], object]] = [
        lambda: edit_task(issue, Edit(notes="from the sofa"), edition=0, now=NOW),
        lambda: set_estimate(issue, 4, edition=0, now=NOW),
    ]
    for attempt in attempts:
        with pytest.raises(ChangedMeanwhileError) as caught:
            attempt()
        assert isinstance(caught.value.current, Task)
        assert (caught.value.current.notes, caught.value.current.edition) == ("from the desk", 1)
    assert edit_task(issue, Edit(notes="from the desk"), edition=0, now=NOW).edition == 1, "sent twice"
    assert history_of(issue).count() == 1


def test_what_jira_changes_meanwhile_does_not_stop_the_person_s_notes(issue: Task) -> None:
    Task.objects.update(title="renamed in Jira", status=Status.IN_PROGRESS)
    edited = edit_task(issue, Edit(notes="mine"), edition=0, now=NOW)
    assert (edited.title, edited.status, edited.notes) == ("renamed in Jira", Status.IN_PROGRESS, "mine")


def test_an_estimate_is_typed_and_given_back_to_the_points(ada: User, issue: Task) -> None:
    typed = set_estimate(issue, 4, edition=0, now=NOW)
    assert (typed.estimate_hours, typed.estimate_override_hours) == (4, 4)
    back = back_to_points(typed, edition=1, now=NOW)
    assert (back.estimate_hours, back.estimate_override_hours, back.edition) == (6, None, 2)
    assert [event.params for event in history_of(issue)] == [
        {"before": 4, "after": 6, "typed": False},
        {"before": 6, "after": 4, "typed": True},
    ]


def test_back_to_points_is_to_those_that_work_began_with(ada: User) -> None:
    task = make_task(ada, points=8, started_points=3, estimate_hours=9, estimate_override_hours=9)
    assert back_to_points(task, edition=0, now=NOW).estimate_hours == 6
    bare = make_task(ada, estimate_hours=9, estimate_override_hours=9)
    assert back_to_points(bare, edition=0, now=NOW).estimate_hours is None


def test_a_task_goes_with_all_that_belongs_to_it_once(ada: User) -> None:
    task = create(ada, Edit("short-lived"), now=NOW)
    begin(ada, task, now=NOW)
    stale = task.edition + 1
    with pytest.raises(ChangedMeanwhileError):
        delete_task(task, edition=stale)
    for _ in range(2):
        delete_task(task, edition=task.edition)
    assert not Task.objects.exists()
    with pytest.raises(TaskError) as caught:
        edit_task(task, Edit("again"), edition=0, now=NOW)
    assert caught.value.code == "task_gone"


@given(some.text(max_size=600))
def test_a_title_is_one_line_or_refused(text: str) -> None:
    plain = " ".join(text.replace("\x00", "").split())
    if not 0 < len(plain) <= 500:
        with pytest.raises(TaskError, match="title"):
            title_from(text)
        return
    title = title_from(text)
    assert title == title.strip()
    assert 0 < len(title) <= 500
    assert not set(title) & set("\n\r\t\x00")
