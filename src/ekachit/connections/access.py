"""The only door from a person to a connection: somebody else's does not exist for them."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from ekachit.accounts.models import User
from ekachit.connections.models import Connection


def own_connection(user: User, connection_id: int) -> Connection:
    """Return the person's connection.

    Raises:
        Http404: there is none with this id, or it is somebody else's.
    """
    return get_object_or_404(Connection, pk=connection_id, user=user)
