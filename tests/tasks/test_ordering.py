"""The order of open tasks, and of a checklist's own lines."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from django.http import Http404
from pytest_django import DjangoAssertNumQueries

from ekachit.accounts.models import User
from ekachit.tasks.access import own_line
from ekachit.tasks.actions import TaskError
from ekachit.tasks.checklist import LINES_AT_MOST, add_line, delete_line, move_line, rename, tick
from ekachit.tasks.models import ChecklistItem, Status, Task
from ekachit.tasks.ordering import Side, move, open_tasks
from ekachit.tasks.queries import rows
from tests.web.making import make_checklist, make_task


def titles(user: User) -> str:
    return "".join(task.title for task in rows(user) if task.status != Status.DONE)


def by_title(user: User) -> dict[str, Task]:
    return {task.title: task for task in open_tasks(user)}


@pytest.fixture
def five(ada: User) -> dict[str, Task]:
    for rank, title in enumerate("ABCDE", start=1):
        make_task(ada, title, priority_rank=rank)
    return by_title(ada)


@pytest.mark.parametrize(
    ("moved", "side", "other", "result"),
    [
        ("E", Side.BEFORE, "A", "EABCD"),
        ("A", Side.AFTER, "E", "BCDEA"),
        ("D", Side.BEFORE, "B", "ADBCE"),
        ("B", Side.AFTER, "D", "ACDBE"),
        ("B", Side.AFTER, "A", "ABCDE"),
        ("B", Side.BEFORE, "C", "ABCDE"),
        ("C", Side.BEFORE, "C", "ABCDE"),
    ],
)
def test_a_task_is_put_beside_another(
    ada: User, five: dict[str, Task], moved: str, side: Side, other: str, result: str
) -> None:
    assert move(ada, five[moved], side, five[other]) == (result != "ABCDE")
    assert titles(ada) == result


def test_any_moves_do_to_the_rows_what_they_do_to_a_list(ada: User, five: dict[str, Task]) -> None:
    chance = random.Random(7)  # noqa: S311 # a fixed sequence of moves
    expected = list("ABCDE")
    for _ in range(60):
        moved, other = chance.sample("ABCDE", 2)
        side = chance.choice(list(Side))
        move(ada, five[moved], side, five[other])
        expected.remove(moved)
        expected.insert(expected.index(other) + (side is Side.AFTER), moved)
        assert titles(ada) == "".join(expected)


def test_those_never_moved_stay_by_priority_and_new_ones_join_them(ada: User, five: dict[str, Task]) -> None:
    move(ada, five["D"], Side.BEFORE, five["A"])
    move(ada, five["B"], Side.AFTER, five["E"])
    make_task(ada, "N", priority_rank=2)
    assert titles(ada) == "DANCEB"


def test_a_move_touches_few_rows_and_asks_little(
    ada: User, five: dict[str, Task], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    move(ada, five["D"], Side.BEFORE, five["A"])
    before = dict(Task.objects.values_list("title", "position"))
    with django_assert_num_queries(5):  # with the two of the savepoint
        move(ada, five["E"], Side.BEFORE, five["D"])
    after = dict(Task.objects.values_list("title", "position"))
    assert [title for title in before if before[title] != after[title]] == ["E"]


def test_what_is_done_or_gone_or_not_one_s_own_has_no_place(
    ada: User, ben: User, five: dict[str, Task]
) -> None:
    done, foreign = make_task(ada, "F", status=Status.DONE), make_task(ben, "G")
    for moved, other in ((five["A"], done), (done, five["A"]), (five["A"], foreign), (foreign, five["A"])):
        with pytest.raises(TaskError) as caught:
            move(ada, moved, Side.AFTER, other)
        assert caught.value.code == "order_gone"
    assert titles(ada) == "ABCDE"


def lines(task: Task) -> str:
    return " ".join(line.title for line in ChecklistItem.objects.filter(task=task))


def test_own_lines_stand_after_those_of_jira(task: Task) -> None:
    add_line(task, "mine")
    make_checklist(task, 0, 2)
    add_line(task, " mine\ntoo ")
    assert lines(task) == "Part 0 Part 1 mine mine too"


def test_a_line_is_ticked_renamed_and_deleted(task: Task) -> None:
    line = add_line(task, "one")
    assert tick(line, done=True).done
    assert not tick(line, done=False).done
    assert rename(line, "two", was="one").title == "two"
    for _ in range(2):
        delete_line(line)
    assert lines(task) == ""
    attempts: list[Callable[[], object]] = [
        lambda: tick(line, done=True),
        lambda: rename(line, "x", was="two"),
    ]
    for attempt in attempts:
        with pytest.raises(TaskError) as caught:
            attempt()
        assert caught.value.code == "line_gone"


def test_a_line_renamed_in_another_window_is_not_overwritten(task: Task) -> None:
    line = add_line(task, "one")
    rename(line, "two", was="one")
    with pytest.raises(TaskError) as caught:
        rename(line, "three", was="one")
    assert caught.value.code == "changed_meanwhile"
    assert "two" in str(caught.value)
    assert rename(line, "two", was="one").title == "two", "sent twice"


def test_lines_of_jira_are_read_only(task: Task) -> None:
    make_checklist(task, 0, 1)
    (mirrored,) = ChecklistItem.objects.all()
    own = add_line(task, "mine")
    attempts: list[Callable[[], object]] = [
        lambda: tick(mirrored, done=True),
        lambda: rename(mirrored, "x", was="Part 0"),
        lambda: delete_line(mirrored),
        lambda: move_line(mirrored, Side.AFTER, own),
        lambda: move_line(own, Side.BEFORE, mirrored),
    ]
    for attempt in attempts:
        with pytest.raises(TaskError) as caught:
            attempt()
        assert caught.value.code == "line_of_jira"


def test_lines_are_put_in_any_order_and_stay_behind_those_of_jira(task: Task) -> None:
    make_checklist(task, 0, 1)
    known = {title: add_line(task, title) for title in "ABC"}
    chance = random.Random(3)  # noqa: S311 # a fixed sequence of moves
    expected = list("ABC")
    for _ in range(80):
        moved, other = chance.sample("ABC", 2)
        side = chance.choice(list(Side))
        move_line(known[moved], side, known[other])
        expected.remove(moved)
        expected.insert(expected.index(other) + (side is Side.AFTER), moved)
        assert lines(task) == " ".join(["Part 0", *expected])


def test_a_line_is_not_put_into_another_checklist(ada: User, task: Task) -> None:
    with pytest.raises(TaskError) as caught:
        move_line(add_line(task, "A"), Side.AFTER, add_line(make_task(ada), "B"))
    assert caught.value.code == "line_gone"


def test_a_checklist_has_an_end(task: Task) -> None:
    ChecklistItem.objects.bulk_create(
        [ChecklistItem(task=task, title="x", position=5000) for _ in range(LINES_AT_MOST)]
    )
    with pytest.raises(TaskError) as caught:
        add_line(task, "one more")
    assert caught.value.code == "checklist_full"


def test_somebody_else_s_line_does_not_exist(ada: User, ben: User, task: Task) -> None:
    line = add_line(task, "mine")
    assert own_line(ada, line.pk) == line
    with pytest.raises(Http404):
        own_line(ben, line.pk)
