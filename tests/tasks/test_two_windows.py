"""Two windows at once: transactions in threads, on either database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import permutations

import pytest
from django.db import connections

from ekachit.accounts.actions import add_account
from ekachit.accounts.models import User
from ekachit.tasks.actions import ChangedMeanwhileError, TaskError
from ekachit.tasks.editing import Edit, edit_task
from ekachit.tasks.models import Ending, FocusSession
from ekachit.tasks.ordering import Side, move
from ekachit.tasks.queries import rows
from ekachit.tasks.sessions import begin, drop, end, keep, sign_of_life
from tests.tasks.moments import at
from tests.web.making import make_task

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Do things at the same moment, each with a connection of its own; returns what became of each, by code."""
    start = threading.Barrier(len(acts))
    said = ["" for _ in acts]

    def run(number: int) -> None:
        start.wait()
        try:
            acts[number]()
            said[number] = "done"
        except TaskError as wrong:
            said[number] = wrong.code
        except Exception as wrong:  # noqa: BLE001 # told apart by the assertion
            said[number] = repr(wrong)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


@pytest.fixture
def ada(transactional_db: None) -> User:
    return add_account("ada@yourteam.dev")


def test_of_several_starts_at_once_one_session_runs(ada: User) -> None:
    tasks = [make_task(ada, str(number)) for number in range(4)]
    later = [at(9) + timedelta(seconds=number) for number in range(4)]
    said = at_once(*(lambda n=n: begin(ada, tasks[n], now=later[n]) for n in range(4)))
    assert said == ["done"] * 4
    assert FocusSession.objects.filter(ended_at__isnull=True).count() == 1


def test_of_several_starts_of_one_task_there_is_one_session(ada: User) -> None:
    task = make_task(ada)
    assert at_once(*[lambda: begin(ada, task, now=at(9))] * 4) == ["done"] * 4
    assert FocusSession.objects.count() == 1


def test_a_pause_and_a_start_at_once_leave_nothing_half(ada: User) -> None:
    first, second = make_task(ada, "first"), make_task(ada, "second")
    begin(ada, first, now=at(9))
    said = at_once(
        lambda: end(ada, Ending.PAUSED, now=at(10)),
        lambda: begin(ada, second, now=at(10)),
        lambda: sign_of_life(ada, now=at(10)),
    )
    assert said == ["done"] * 3
    worked = FocusSession.objects.get(task=first)
    assert (worked.seconds, worked.ending) == (3600, Ending.PAUSED)


def test_two_answers_to_one_question_are_one_answer(ada: User) -> None:
    session = begin(ada, make_task(ada), now=at(9))
    said = at_once(lambda: drop(ada, session, now=at(15)), lambda: drop(ada, session, now=at(15)))
    assert sorted(said) == ["done", "session_settled"]
    session = begin(ada, make_task(ada), now=at(16))
    said = at_once(
        lambda: keep(ada, session, now=at(9, day=26)), lambda: drop(ada, session, now=at(9, day=26))
    )
    assert said in (["done", "done"], ["session_settled", "done"])
    assert not FocusSession.objects.exists()


def test_two_edits_at_once_are_one_edit_and_one_told(ada: User) -> None:
    task = make_task(ada)
    texts = ["from the desk", "from the sofa"]
    said = at_once(*(lambda t=t: edit_task(task, Edit(notes=t), edition=0, now=at(9)) for t in texts))
    assert sorted(said) == ["changed_meanwhile", "done"]
    task.refresh_from_db()
    assert task.notes == texts[said.index("done")]
    with pytest.raises(ChangedMeanwhileError):
        edit_task(task, Edit(notes=texts[said.index("changed_meanwhile")]), edition=0, now=at(9))


def moved(order: list[str], moves: Iterable[tuple[str, Side, str]]) -> str:
    for title, side, other in moves:
        order.remove(title)
        order.insert(order.index(other) + (side is Side.AFTER), title)
    return "".join(order)


def test_moves_at_once_come_out_as_if_one_followed_the_other(ada: User) -> None:
    tasks = {title: make_task(ada, title) for title in "ABCDEFGH"}
    moves = [("H", Side.BEFORE, "A"), ("A", Side.AFTER, "F"), ("D", Side.BEFORE, "B")]
    said = at_once(*(lambda m=each: move(ada, tasks[m[0]], m[1], tasks[m[2]]) for each in moves))
    assert said == ["done"] * 3
    orders = {moved(list("ABCDEFGH"), each) for each in permutations(moves)}
    assert "".join(task.title for task in rows(ada)) in orders
