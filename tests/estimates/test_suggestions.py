"""Suggestions: silent below ten, only where the tasks speak clearly, used or put off, kept with what came of them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from ekachit.accounts.actions import add_account, set_multiplier
from ekachit.accounts.models import Notice, User
from ekachit.estimates.actions import (
    EstimateError,
    bring_in,
    forget_project_multiplier,
    look_again,
    not_now,
    number_to_use,
    use,
)
from ekachit.estimates.history import known_of
from ekachit.estimates.models import Suggestion, SuggestionState
from ekachit.estimates.queries import past_suggestions, shown_suggestions
from ekachit.tasks.models import ProjectMultiplier
from ekachit.tasks.multipliers import hours_per_point
from tests.estimates.making import MORNING, make_finished, make_history, make_open

NOW = MORNING + timedelta(days=500)


@pytest.fixture
def ada(db: None) -> User:
    return add_account("ada@yourteam.dev", plan="pro")


def look(user: User) -> list[Suggestion]:
    user.refresh_from_db()
    look_again(user, known_of(user), now=NOW)
    return list(shown_suggestions(user))


def test_silence_below_ten_then_one_suggestion_told_once(ada: User) -> None:
    make_history(ada, 9, per_point=5.0)
    assert look(ada) == []
    make_history(ada, 14, per_point=5.0, first=9)
    (row,) = look(ada)
    assert row.low > 2.0
    assert row.low < row.value < row.high
    assert (row.present, row.tasks, row.project_key) == (2.0, 23, "")
    assert [each.pk for each in look(ada)] == [row.pk]
    assert list(Notice.objects.values_list("kind", flat=True)) == ["new_suggestion"]


def test_silence_where_the_present_number_fits(ada: User) -> None:
    make_history(ada, 30, per_point=2.0)
    assert look(ada) == []


def test_using_it_sets_the_number_and_the_open_tasks_follow(ada: User) -> None:
    make_history(ada, 25, per_point=5.0)
    follows = make_open(ada, points=3)
    typed = make_open(ada, points=3, estimate_override_hours=9.0, estimate_hours=9.0)
    (row,) = look(ada)
    assert use(ada, row, now=NOW) == 1
    for task in (follows, typed):
        task.refresh_from_db()
    ada.refresh_from_db()
    assert ada.multiplier == number_to_use(row.value)
    assert follows.estimate_hours == pytest.approx(3 * float(ada.multiplier))
    assert typed.estimate_hours == 9.0
    row.refresh_from_db()
    assert (row.state, row.closed_at) == (SuggestionState.USED, NOW)
    assert look(ada) == []
    assert not Notice.objects.exists()


def test_not_now_is_silent_until_the_number_has_moved(ada: User) -> None:
    make_history(ada, 25, per_point=4.0)
    (row,) = look(ada)
    not_now(ada, row, now=NOW)
    assert look(ada) == []
    ada.refresh_from_db()
    assert ada.multiplier == 2
    make_history(ada, 60, per_point=12.0, first=25)
    (again,) = look(ada)
    assert again.pk != row.pk
    assert again.value > 1.1 * row.value


@pytest.mark.parametrize("answer", [use, not_now])
def test_an_answer_counts_once(ada: User, answer: object) -> None:
    make_history(ada, 25, per_point=5.0)
    (row,) = look(ada)
    not_now(ada, row, now=NOW)
    with pytest.raises(EstimateError) as refused:
        answer(ada, row, now=NOW)  # type: ignore[operator] # both take the same
    assert refused.value.code == "suggestion_gone"
    ada.refresh_from_db()
    assert ada.multiplier == 2


def test_somebody_else_cannot_answer(ada: User) -> None:
    make_history(ada, 25, per_point=5.0)
    (row,) = look(ada)
    with pytest.raises(EstimateError):
        use(add_account("ben@yourteam.dev"), row, now=NOW)


def test_a_number_that_moved_on_supersedes_and_one_that_fits_withdraws(ada: User) -> None:
    make_history(ada, 25, per_point=4.0)
    (first,) = look(ada)
    make_history(ada, 60, per_point=12.0, first=25)
    (second,) = look(ada)
    first.refresh_from_db()
    assert (first.state, second.pk != first.pk) == (SuggestionState.SUPERSEDED, True)
    set_multiplier(ada, number_to_use(second.value))
    assert look(ada) == []
    second.refresh_from_db()
    assert second.state == SuggestionState.SUPERSEDED
    assert not Notice.objects.exists()


def test_a_project_that_clearly_differs_has_a_number_of_its_own(ada: User) -> None:
    make_history(ada, 40, per_point=2.0)
    make_history(ada, 30, per_point=11.0, project_key="OPS")
    of_ops, of_pay = make_open(ada, points=2, project_key="OPS"), make_open(ada, points=2)
    row = next(each for each in look(ada) if each.project_key == "OPS")
    assert use(ada, row, now=NOW) == 2
    for task in (of_ops, of_pay):
        task.refresh_from_db()
    number = float(number_to_use(row.value))
    assert of_ops.estimate_hours == pytest.approx(2 * number)
    assert of_pay.estimate_hours == 4.0
    assert hours_per_point(ada.pk, "OPS") == number
    assert not any(each.project_key == "OPS" for each in look(ada))
    forget_project_multiplier(ada, "OPS")
    of_ops.refresh_from_db()
    assert (of_ops.estimate_hours, ProjectMultiplier.objects.count()) == (4.0, 0)


def test_what_came_of_it_is_told_once_enough_tasks_came_since(ada: User) -> None:
    make_history(ada, 25, per_point=5.0)
    look_again(ada, known_of(ada), now=MORNING + timedelta(days=25, hours=23))
    row = Suggestion.objects.get()
    use(ada, row, now=MORNING + timedelta(days=26))
    (past,) = past_suggestions(ada, known_of(ada))
    assert past.better is None
    for day in range(30, 40):
        make_finished(ada, points=2, hours=2 * row.value, day=day)
    (past,) = past_suggestions(ada, known_of(ada))
    assert past.later == 10
    assert past.better is not None
    assert past.better > 0.3


def test_looking_costs_three_queries_and_no_write_where_nothing_is_new(
    ada: User, django_assert_num_queries: object
) -> None:
    make_history(ada, 25, per_point=5.0)
    look(ada)
    known = known_of(ada)
    with django_assert_num_queries(2):  # type: ignore[operator] # a fixture that pytest-django leaves untyped
        look_again(ada, known, now=NOW)


@pytest.mark.parametrize(
    ("value", "number"), [(2.649, "2.6"), (2.65, "2.7"), (0.444, "0.44"), (1e6, "100"), (1e-6, "0.05")]
)
def test_a_number_is_offered_as_people_say_it(value: float, number: str) -> None:
    assert number_to_use(value) == Decimal(number)


def test_nothing_brought_in_is_nothing(ada: User) -> None:
    assert bring_in(ada, []) == 0
