"""Picking projects, and reading their list again."""

from __future__ import annotations

import pytest

from ekachit.accounts.models import User
from ekachit.connections import actions
from ekachit.connections.errors import ConnectError
from ekachit.connections.models import Connection, Project
from ekachit.connections.queries import projects_of
from ekachit.sandbox.run import SandboxThread
from ekachit.sandbox.seed import DEMO_EMAIL, DEMO_TOKEN
from tests.web.making import make_connection, make_projects


@pytest.fixture
def connection(ada: User) -> Connection:
    own = make_connection(ada, picked_at=None)
    make_projects(own, picked=False)
    return own


def picked(connection: Connection) -> set[str]:
    return set(Project.objects.filter(connection=connection, picked=True).values_list("key", flat=True))


def test_exactly_the_picked_ones_are_picked(connection: Connection) -> None:
    actions.pick_projects(connection, ["10001", "10002"])
    actions.pick_projects(connection, ["10002", "10003"])
    assert picked(connection) == {"OPS", "HR"}
    assert connection.picked_at is not None


@pytest.mark.parametrize(("ids", "code"), [([], "no_projects"), (["10001", "77"], "project_unknown")])
def test_a_choice_that_makes_no_sense_changes_nothing(
    connection: Connection, ids: list[str], code: str
) -> None:
    actions.pick_projects(connection, ["10001"])
    with pytest.raises(ConnectError) as caught:
        actions.pick_projects(connection, ids)
    assert caught.value.code == code
    assert picked(connection) == {"PAY"}


def test_somebody_else_s_project_is_not_on_the_list(connection: Connection, ada: User) -> None:
    other = make_connection(ada, site="other.atlassian.net")
    theirs = Project.objects.create(connection=other, project_id="55", key="X", name="X")
    with pytest.raises(ConnectError):
        actions.pick_projects(connection, [theirs.project_id])


def test_those_with_most_open_issues_come_first(connection: Connection) -> None:
    assert [each.key for each in projects_of(connection)] == ["PAY", "OPS", "HR"]


def test_reading_the_list_again_keeps_the_choice(jira: SandboxThread, ada: User) -> None:
    made = actions.connect(ada, site=jira.url, email=DEMO_EMAIL, token=DEMO_TOKEN)
    first = projects_of(made).filter(open_count__gt=0)[0]
    actions.pick_projects(made, [first.project_id])
    jira.world.create(project=first.key, summary="One more", assignee=DEMO_EMAIL)
    actions.refresh_projects(made)
    assert picked(made) == {first.key}
    assert Project.objects.get(pk=first.pk).open_count == first.open_count + 1


def test_a_refused_list_leaves_the_old_one(jira: SandboxThread, ada: User) -> None:
    made = actions.connect(ada, site=jira.url, email=DEMO_EMAIL, token=DEMO_TOKEN)
    before = list(projects_of(made).values_list("key", "open_count"))
    jira.world.tokens[DEMO_TOKEN].revoked = True
    with pytest.raises(ConnectError):
        actions.refresh_projects(made)
    assert list(projects_of(made).values_list("key", "open_count")) == before
