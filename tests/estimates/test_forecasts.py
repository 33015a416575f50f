"""When the open work will be done: over the person's own days, in their order, and what moves it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from ekachit.accounts.actions import add_account, add_days_off
from ekachit.accounts.models import User
from ekachit.estimates.forecasts import Outlook, Question, look_ahead, open_work
from ekachit.estimates.history import known_of
from ekachit.tasks.models import FocusSession, Task
from tests.estimates.making import MORNING, make_finished, make_open

NOW = MORNING + timedelta(days=60)


@pytest.fixture
def ada(db: None) -> User:
    """Somebody who did two points in about five hours on each day but weekends."""
    user = add_account("ada@yourteam.dev", plan="pro")
    for day in range(58):
        if (MORNING + timedelta(days=day)).weekday() < 5:
            make_finished(user, points=2, hours=4 + day % 3, day=day)
    return user


def ask(user: User, question: Question | None = None, *, now: datetime = NOW) -> Outlook:
    asked = question or Question()
    return look_ahead(user, known_of(user), open_work(user, asked), asked, now=now)


def sure(outlook: Outlook) -> date:
    assert outlook.sure_by is not None
    return outlook.sure_by


def test_about_a_task_a_day_is_done_in_about_as_many_days(ada: User) -> None:
    for number in range(10):
        make_open(ada, f"T {number}", points=2)
    found = ask(ada)
    assert 8 <= (sure(found) - NOW.date()).days <= 30
    assert found.estimated == 40.0
    assert found.low < 50 < found.high
    assert 4.0 < found.a_day < 6.0
    days = [day for day, _chance in found.chances]
    assert all(day.weekday() < 5 for day in days)
    assert [line.task.title for line in found.lines] == [f"T {number}" for number in range(10)]
    ends = [line.sure_by for line in found.lines if line.sure_by]
    assert ends == sorted(ends)


def test_the_same_question_has_the_same_answer(ada: User) -> None:
    make_open(ada, points=8)
    assert ask(ada) == ask(ada)


def test_more_hours_a_point_and_more_tasks_take_longer(ada: User) -> None:
    large = make_open(ada, "Large", points=20)
    make_open(ada, "Small", points=2)
    known = ask(ada)
    assert sure(ask(ada, Question(per_point=9.0))) > sure(known)
    dropped = ask(ada, Question(dropped=frozenset({large.pk})))
    assert sure(dropped) < sure(known)
    assert [line.dropped for line in dropped.lines] == [True, False]
    assert dropped.lines[0].sure_by is None


def test_days_off_and_other_working_days_are_respected(ada: User) -> None:
    make_open(ada, points=2)
    before = sure(ask(ada))
    add_days_off(ada, NOW.date(), NOW.date() + timedelta(days=40))
    after = ask(ada)
    assert sure(after) > before + timedelta(days=30)
    assert all(day > NOW.date() + timedelta(days=40) for day, _chance in after.chances)


def test_work_that_is_done_counts_but_never_to_nothing(ada: User) -> None:
    task = make_open(ada, points=8)
    fresh = ask(ada)
    begins = NOW - timedelta(hours=8)
    session = FocusSession.objects.create(
        user=ada, task=task, started_at=begins, ended_at=begins + timedelta(hours=6), seconds=6 * 3600.0,
        last_sign_at=NOW, ending="paused",
    )  # fmt: skip
    assert ask(ada).high < fresh.high
    session.seconds = 500 * 3600.0
    session.save()
    long_past = ask(ada)
    assert long_past.low > 0
    assert long_past.sure_by is None or long_past.sure_by > sure(fresh)


def test_the_order_decides_what_is_done_when(ada: User) -> None:
    first, second = make_open(ada, "A", points=2, position=1), make_open(ada, "B", points=20, position=2)
    quick = ask(ada).lines[0].sure_by
    Task.objects.filter(pk=first.pk).update(position=3)
    slow = ask(ada).lines[1]
    assert slow.task == first
    assert quick is not None
    assert slow.sure_by is not None
    assert slow.sure_by > quick
    assert second.title == "B"


def test_a_task_nobody_can_tell_of_is_counted_as_left_out(ada: User) -> None:
    make_open(ada, points=2)
    make_open(ada, "No idea", points=None, project_key="NEW", issue_type="Spike")
    assert ask(ada).unknown == 1


def test_a_timer_left_on_is_no_pace(ada: User) -> None:
    make_open(ada, points=20)
    before = ask(ada)
    task = make_finished(ada, hours=30, whole=True, day=59)
    assert FocusSession.objects.filter(task=task).count() == 1
    after = ask(ada)
    assert after.a_day == pytest.approx(before.a_day, rel=0.1)


@pytest.mark.parametrize("question", [Question(words="nothing like it"), Question(project="NONE")])
def test_nothing_open_is_said(ada: User, question: Question) -> None:
    make_open(ada, points=2)
    assert ask(ada, question).trouble == "nothing_open"


def test_no_work_is_said(db: None) -> None:
    ben = add_account("ben@yourteam.dev")
    make_open(ben, points=2)
    found = ask(ben)
    assert (found.trouble, found.estimated) == ("no_work", 4.0)


def test_a_projects_own_pace_is_that_of_its_work(ada: User) -> None:
    for day in (1, 8, 15, 22, 29, 36, 43, 50):
        make_finished(ada, points=2, hours=5, day=day, project_key="OPS")
    for project in ("PAY", "OPS"):
        for _ in range(4):
            make_open(ada, points=2, project_key=project)
    assert sure(ask(ada, Question(project="OPS"))) > sure(ask(ada, Question(project="PAY")))


def test_the_queries_do_not_grow_with_the_tasks(ada: User, django_assert_max_num_queries: object) -> None:
    for count in (3, 40):
        for _ in range(count):
            make_open(ada, points=2)
        with django_assert_max_num_queries(7):  # type: ignore[operator] # a fixture that pytest-django leaves untyped
            ask(ada)
