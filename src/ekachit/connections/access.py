"""The only door from a person to a connection and its projects: somebody else's do not exist for them."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from ekachit.accounts.models import User
from ekachit.connections.models import Connection, Project


def own_connection(user: User, connection_id: int) -> Connection:
    """Return the person's connection.

    Raises:
        Http404: there is none with this id, or it is somebody else's.
    """
    return get_object_or_404(Connection, pk=connection_id, user=user)


def own_project(connection: Connection, project_id: str) -> Project:
    """Return a project of the person's connection, by Jira's id.

    Raises:
        Http404: the site showed none with this id.
    """
    return get_object_or_404(
        Project.objects.select_related("connection"), connection=connection, project_id=project_id, seen=True
    )
