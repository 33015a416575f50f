"""I10, I15: one connection fails in every way there is, and the other neither sees nor feels it."""

# ruff: noqa: N802 - names begin with ids

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from django.utils import timezone

from ekachit.accounts.actions import add_account
from ekachit.connections.models import Connection
from ekachit.domain.sync.schedule import POLL_SECONDS
from ekachit.sandbox.fault_kinds import KINDS
from ekachit.sandbox.fault_pages import POISONS
from ekachit.sync.models import Link, PassState
from ekachit.sync.upkeep import spread_overdue
from ekachit.tasks.models import Task
from tests.faults.stage import Site, settle
from tests.faults.world import small_world

NEEDED: dict[str, dict[str, Any]] = {
    "colleague": {"change": {"do": "edit", "issue": "PAY-2", "summary": "By a colleague"}},
    "drop_ids": {"ids": ["PAY-2", "PAY-3"]},
    "gzip_bomb": {"mebibytes": 16},
    "huge_body": {"mebibytes": 16},
}
FORMS: dict[str, tuple[str, ...]] = {
    "unauthorized": ("text", "json", "password", "scope"),
    "forbidden": ("json", "html", "empty"),
    "token_loop": ("same", "alternate", "stale", "empty"),
    "poison_issue": tuple(sorted(POISONS)),
    "bad_text": ("utf8", "bom", "utf16", "cut", "nan", "twice", "html"),
    "anonymous": ("bad", "bad-jql", "bad-empty"),
}
WAYS = [(kind, form) for kind in sorted(KINDS) for form in FORMS.get(kind, (None,))]


@pytest.fixture
def both(db: None) -> tuple[Site, Site]:
    """One person, two sites."""
    failing = settle().imported()
    other = settle(small_world(cloud_id="another"), site="other.atlassian.net", user=failing.user)
    other.clock = failing.clock
    other.run()
    return failing, other


@pytest.mark.parametrize(
    ("kind", "form"), WAYS, ids=[f"{kind}-{form}" if form else kind for kind, form in WAYS]
)
def test_I10_I2_one_fails_and_the_other_is_untouched(
    both: tuple[Site, Site], kind: str, form: str | None
) -> None:
    failing, other = both
    tasks_before = of(failing)
    others_before, row_before = of(other), row(other)
    failing.faults.arm(
        kind, **NEEDED.get(kind, {}), **({} if form is None else {"form": form}), **where(kind)
    )
    for _ in range(3):
        if failing.row.active:
            failing.run()
        failing.forward(3600)
    assert of(other) == others_before, "its tasks are untouched"
    assert row(other) == row_before, "and so are its times"
    assert set(tasks_before) == set(of(failing)), "no task went"
    assert open_ones(failing) == len(tasks_before), "all of them are open"
    assert other.run().state == PassState.COMPLETE
    assert of(other) == others_before


def where(kind: str) -> dict[str, Any]:
    return {} if kind in {"clock_skew", "colleague"} else {"times": None}


def of(site: Site) -> dict[int, dict[str, Any]]:
    tasks = Task.objects.filter(link__connection=site.connection)
    return {each["id"]: dict(each) for each in tasks.values()}


def row(site: Site) -> dict[str, Any]:
    return dict(Connection.objects.filter(pk=site.connection.pk).values().get())


def open_ones(site: Site) -> int:
    return Link.objects.filter(connection=site.connection).exclude(task__status="done").count()


def seconds_from(now: datetime, connection: Connection) -> float:
    assert connection.due_at is not None
    return (connection.due_at - now).total_seconds()


def test_N03_I11_a_thousand_that_are_all_late_begin_one_after_the_other(db: None) -> None:
    now = timezone.now()
    user = add_account("herd@yourteam.dev", plan="pro")
    Connection.objects.bulk_create(
        Connection(
            user=user,
            site=f"s{number}.atlassian.net",
            cloud_id=f"c{number}",
            account_id="a",
            email="a@yourteam.dev",
            due_at=now - timedelta(hours=6),
        )
        for number in range(1000)
    )
    assert spread_overdue(now, Random(7).random) == 1000  # noqa: S311 - chance in a test
    starts = sorted(seconds_from(now, each) for each in Connection.objects.all())
    bins = Counter(int(each // 10) for each in starts)
    steady = 1000 / (POLL_SECONDS / 10)
    assert max(bins.values()) <= 1.5 * steady + 1, "no ten seconds with half as many again"
    assert starts[0] == 0, "the first begins at once"
    assert 300 <= starts[-1] <= POLL_SECONDS
    assert max(b - a for a, b in pairwise(starts)) < 10, "and none waits for long"
