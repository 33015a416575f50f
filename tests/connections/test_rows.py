"""Plain statements give and take what the models would."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from ekachit import rows
from ekachit.accounts.models import User
from ekachit.connections.models import Connection, Project
from ekachit.domain.sync.state import Subtask
from ekachit.sync.models import Link
from ekachit.tasks.models import Status, Task

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection() -> Connection:
    user = User.objects.create_user("ada@example.invalid")
    return Connection.objects.create(
        user=user, site="x.atlassian.net", cloud_id="c", account_id="a", email="ada@example.invalid",
        due_at=datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC), absence_suspects=["1", "ü"],
    )  # fmt: skip


def test_inserted_rows_have_the_models_defaults_and_their_ids_come_in_order(connection: Connection) -> None:
    titles = [f"Task {number}" for number in range(237)]
    # A number that was given is never given again.
    Task.objects.create(user=connection.user, title="Soon gone").delete()
    ids = rows.insert_for_ids(Task, ("user_id", "title"), [(connection.user_id, each) for each in titles])
    stored = Task.objects.in_bulk(ids)
    assert [stored[each].title for each in ids] == titles
    plain = Task.objects.create(user=connection.user, title="By the model")
    rest = {"id", "title", "created_at", "changed_at", "position"}
    names = [field.attname for field in Task._meta.concrete_fields if field.attname not in rest]
    assert [getattr(stored[ids[0]], name) for name in names] == [getattr(plain, name) for name in names]
    assert abs(stored[ids[0]].created_at - timezone.now()) < timedelta(minutes=1)


def test_values_of_any_kind_are_stored_as_the_model_does(connection: Connection) -> None:
    """Texts that are members of an enumeration, times of other zones, structs in JSON, None."""
    when = datetime(2026, 5, 6, 7, 8, 9, 10, tzinfo=timezone.get_fixed_timezone(330))
    names = ("user_id", "title", "status", "source", "done_at", "points")
    lines = [
        (connection.user_id, "One", Status.DONE, "own", when, 3),
        (connection.user_id, "Two", "todo", "own", None, None),
    ]
    one, two = (Task.objects.get(pk=each) for each in rows.insert_for_ids(Task, names, lines))
    assert (one.status, one.done_at, one.points) == ("done", when, 3.0)
    assert (two.status, two.done_at, two.points) == ("todo", None, None)
    line = Subtask(issue_id="7", key="A-7", title="ü", done=True)
    link = (connection.user_id, connection.pk, one.pk, "c", "5", "A-5", "1", line)
    tied = ("user_id", "connection_id", "task_id", "cloud_id", "issue_id", "key", "project_id", "base")
    rows.insert_lines(Link, tied, [link])
    assert Link.objects.get(task=one).base == {"issue_id": "7", "key": "A-7", "title": "ü", "done": True}


def test_a_database_that_takes_few_values_gets_them_in_more_statements(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "_MOST_VALUES", 300)
    lines = [(connection.user_id, f"Task {number}") for number in range(115)]
    ids = rows.insert_for_ids(Task, ("user_id", "title"), lines)
    found = Task.objects.order_by("pk").values_list("pk", "title")
    assert list(found) == [(each, title) for each, (_, title) in zip(ids, lines, strict=True)]


def test_one_of_some_texts_is_found(connection: Connection) -> None:
    Project.objects.bulk_create(
        Project(connection=connection, project_id=each, key=each, name=each) for each in ("a", "b", "'\"%")
    )
    which, these = rows.among("key", ["b", "'\"%", "z"])
    found = rows.select(f"SELECT key FROM connections_project WHERE {which} ORDER BY key", [these])  # noqa: S608 # our own text
    assert found == [("'\"%",), ("b",)]


def test_a_row_comes_back_as_the_model_reads_it(connection: Connection) -> None:
    found = rows.one(Connection, "id = %s", [connection.pk], lock=False)
    read = Connection.objects.get(pk=connection.pk)
    assert found is not None
    for field in Connection._meta.concrete_fields:
        assert getattr(found, field.attname) == getattr(read, field.attname), field.attname
    assert rows.one(Connection, "id = %s", [0]) is None


def test_values_that_are_stored_otherwise_survive_an_update(connection: Connection) -> None:
    when = datetime(2026, 5, 6, 7, 8, 9, 10, tzinfo=UTC)
    changes: dict[str, object] = {
        "absence_suspects": ['"', "%s"],
        "stop_requested": True,
        "lease_until": when,
    }
    assert (
        rows.update(Connection, changes, "id = %s AND due_at > %s", [connection.pk, rows.moment(when)]) == 0
    )
    earlier = rows.moment(datetime(2026, 1, 1, tzinfo=UTC))
    assert rows.update(Connection, changes, "id = %s AND due_at > %s", [connection.pk, earlier]) == 1
    connection.refresh_from_db()
    assert (connection.absence_suspects, connection.stop_requested) == (['"', "%s"], True)
    assert connection.lease_until == when


def test_rows_come_in_the_order_asked_for(connection: Connection) -> None:
    given = [
        {"connection_id": connection.pk, "project_id": each, "key": each, "name": each} for each in "cab"
    ]
    rows.insert(Project, given)
    found = rows.every(Project, "connection_id = %s AND NOT picked ORDER BY project_id", [connection.pk])
    assert [each.project_id for each in found] == ["a", "b", "c"]
    assert found[0].chosen_values == {}


def test_the_databases_clock_is_meant(connection: Connection) -> None:
    sql = f"UPDATE connections_connection SET lease_until = {rows.from_now(60)} WHERE id = %s"  # noqa: S608 # our own text
    assert rows.execute(sql, [connection.pk]) == 1
    connection.refresh_from_db()
    assert connection.lease_until is not None
    assert timedelta(seconds=30) < connection.lease_until - timezone.now() < timedelta(seconds=90)
    later = f"SELECT id FROM connections_connection WHERE lease_until > {rows.now()}"  # noqa: S608 # our own text
    assert rows.select(later, []) == [(connection.pk,)]


def test_what_the_database_refuses_is_raised_as_ever(connection: Connection) -> None:
    with pytest.raises(IntegrityError):
        rows.insert(
            Task, [{"user_id": connection.user_id, "title": "Done when?", "status": Status.DONE.value}]
        )


def test_no_rows_are_no_statement() -> None:
    rows.insert(Task, [])
    rows.insert_lines(Task, ("user_id", "title"), [])
    assert rows.insert_for_ids(Task, ("user_id", "title"), []) == []
