"""Which field holds story points: what the person can choose from, and the choice."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from ekachit.connections.errors import ConnectError
from ekachit.connections.models import Connection, Project
from ekachit.connections.reach import ask
from ekachit.jira.samples import Candidate, find_candidates


def candidates(connection: Connection) -> list[Candidate]:
    """Return the fields that may hold points, those with values in the person's own issues first.

    Raises:
        ConnectError: Jira refused or did not answer.
    """
    return ask(connection, find_candidates)


@transaction.atomic
def choose_points_field(
    connection: Connection, field_id: str, name: str, *, project: Project | None = None
) -> None:
    """Choose the field that holds points, for the whole connection or for one project; empty: Jira's standard fields.

    The next pass, which is due at once, reads every issue anew.

    Raises:
        ConnectError: `field_unknown` for what is no custom field.
    """
    number = field_id.removeprefix("customfield_")
    if field_id and not (field_id.startswith("customfield_") and number.isascii() and number.isdigit()):
        raise ConnectError("field_unknown")
    chosen = {"points_override": field_id, "points_override_name": name[:255] if field_id else ""}
    if project is None:
        Connection.objects.filter(pk=connection.pk).update(**chosen)
    else:
        Project.objects.filter(pk=project.pk, connection=connection).update(**chosen)
    Connection.objects.filter(pk=connection.pk).update(reread=True)
    Connection.objects.filter(pk=connection.pk, due_at__isnull=False).update(due_at=timezone.now())
    connection.refresh_from_db()
