"""What changes suggestions and the history from before, one transaction each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from ekachit.accounts.actions import set_multiplier
from ekachit.accounts.models import User
from ekachit.accounts.notices import take_back, tell
from ekachit.domain.estimation.interval import multiplier, person_level
from ekachit.domain.estimation.suggestion import MOVED, decide, project_levels
from ekachit.domain.estimation.suggestion import Suggestion as Offer
from ekachit.estimates.history import Known
from ekachit.estimates.models import PastTask, Suggestion, SuggestionState
from ekachit.tasks.actions import one_at_a_time, reestimate
from ekachit.tasks.multipliers import own_multipliers, set_project_multiplier
from ekachit.tasks.ordering import open_tasks

LEAST, MOST = Decimal("0.05"), Decimal(100)


class EstimateError(Exception):
    """An answer could not be taken; `code` is stable, the text is for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def number_to_use(value: float) -> Decimal:
    """Return a multiplier as it is offered and stored: with one decimal, below 1 with two."""
    step = Decimal("0.1") if value >= 1 else Decimal("0.01")
    return min(MOST, max(LEAST, Decimal(str(value)).quantize(step, ROUND_HALF_UP)))


def offers(user: User, known: Known, rows: Iterable[Suggestion]) -> dict[str, Offer]:
    """Return what the finished tasks speak for, by project (empty: for all), given all suggestions so far; one query."""
    declined: dict[str, float] = {}
    for row in sorted(rows, key=lambda row: (row.found_at, row.pk)):
        if row.state == SuggestionState.NOT_NOW:
            declined[row.project_key] = row.value
        elif row.state == SuggestionState.USED:
            declined.pop(row.project_key, None)
    present = float(user.multiplier)
    model = known.model_of_points
    person = person_level(model)
    whole = decide(
        multiplier(person, in_points=True), present, len(known.in_points), declined.get(""), known.left_out
    )
    found = {"": whole} if isinstance(whole, Offer) else {}
    own = own_multipliers(user.pk)
    for name, (level, count) in project_levels(model).items():
        low, high = level.ends
        differs = not low <= person.place <= high
        if name and (differs or name in own):
            offer = decide(
                multiplier(level, in_points=True), own.get(name, present), count, declined.get(name)
            )
            if isinstance(offer, Offer):
                found[name] = offer
    return found


def look_again(user: User, known: Known, *, now: datetime) -> None:
    """Let the suggestions follow the finished tasks, and tell the person of a new one, once.

    Two queries, and a transaction only where something is other than before.
    """
    rows = list(Suggestion.objects.filter(user=user))
    wanted = offers(user, known, rows)
    shown = {row.project_key: row for row in rows if row.state == SuggestionState.SHOWN}
    if any(_differs(shown.get(key), wanted.get(key)) for key in shown.keys() | wanted.keys()):
        _follow(user, wanted, known, now)


def _differs(row: Suggestion | None, offer: Offer | None) -> bool:
    if row is None or offer is None:
        return (row is None) != (offer is None)
    known = offer.multiplier
    return (row.value, row.low, row.high, row.tasks) != (known.value, known.low, known.high, offer.tasks)


@transaction.atomic
def _follow(user: User, wanted: dict[str, Offer], known: Known, now: datetime) -> None:
    one_at_a_time(user.pk)
    shown = {
        row.project_key: row for row in Suggestion.objects.filter(user=user, state=SuggestionState.SHOWN)
    }
    for key, row in shown.items():
        offer = wanted.get(key)
        if offer is None or abs(offer.multiplier.value / row.value - 1) >= MOVED:
            _close(row, SuggestionState.SUPERSEDED, now)
    for key, offer in wanted.items():
        row_now = shown.get(key)
        if row_now is not None and row_now.state == SuggestionState.SHOWN:
            _write(row_now, offer, known)
            row_now.save()
            continue
        new = Suggestion(user=user, project_key=key, found_at=now)
        _write(new, offer, known)
        new.save()
        value = float(number_to_use(new.value))
        tell(user, "new_suggestion", key=_notice(new), value=value, project=key, tasks=new.tasks)


def _write(row: Suggestion, offer: Offer, known: Known) -> None:
    row.value, row.low, row.high = offer.multiplier.value, offer.multiplier.low, offer.multiplier.high
    row.present, row.tasks = offer.present, offer.tasks
    row.left_out = {} if row.project_key else known.reasons()


@transaction.atomic
def use(user: User, suggestion: Suggestion, *, now: datetime) -> int:
    """Set the suggested multiplier, re-compute the open tasks, and return how many follow it.

    Raises:
        EstimateError: `suggestion_gone`: it was answered or superseded meanwhile.
    """
    row = _to_answer(user, suggestion)
    number = number_to_use(row.value)
    if row.project_key:
        set_project_multiplier(user, row.project_key, number)
    else:
        set_multiplier(user, number)
    _close(row, SuggestionState.USED, now)
    return reestimate(user)


@transaction.atomic
def not_now(user: User, suggestion: Suggestion, *, now: datetime) -> None:
    """Put a suggestion off: silence until the number has moved.

    Raises:
        EstimateError: `suggestion_gone`: it was answered or superseded meanwhile.
    """
    _close(_to_answer(user, suggestion), SuggestionState.NOT_NOW, now)


@transaction.atomic
def use_project_multiplier(user: User, project_key: str, hours: Decimal) -> int:
    """Give a project hours a point of its own, re-compute the open tasks, and return how many follow it."""
    one_at_a_time(user.pk)
    set_project_multiplier(user, project_key, hours)
    reestimate(user)
    pointed = open_tasks(user).filter(points__isnull=False) | open_tasks(user).filter(
        started_points__isnull=False
    )
    return pointed.filter(project_key=project_key, estimate_override_hours__isnull=True).count()


@transaction.atomic
def forget_project_multiplier(user: User, project_key: str) -> int:
    """Let a project follow the person's number again; returns how many open tasks do."""
    one_at_a_time(user.pk)
    set_project_multiplier(user, project_key, None)
    return reestimate(user)


@transaction.atomic
def bring_in(user: User, rows: Iterable[PastTask]) -> int:
    """Store finished tasks from before; returns how many were not known yet."""
    before = PastTask.objects.filter(user=user).count()
    PastTask.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return PastTask.objects.filter(user=user).count() - before


def forget_brought_in(user: User) -> int:
    """Remove the finished tasks that were brought in from files; returns how many there were."""
    return PastTask.objects.filter(user=user).delete()[0]


def _to_answer(user: User, suggestion: Suggestion) -> Suggestion:
    one_at_a_time(user.pk)
    row = Suggestion.objects.select_for_update().filter(pk=suggestion.pk, user=user).first()
    if row is None or row.state != SuggestionState.SHOWN:
        text = _(
            "This suggestion is no longer open: it was answered, or your tasks say another number by now."
        )
        raise EstimateError("suggestion_gone", text)
    return row


def _close(row: Suggestion, state: SuggestionState, now: datetime) -> None:
    row.state, row.closed_at = state, now
    row.save(update_fields=["state", "closed_at"])
    take_back(row.user, _notice(row))


def _notice(row: Suggestion) -> str:
    return f"suggestion-{row.pk}."
