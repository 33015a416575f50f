"""Reads that start from a person or from their connection."""

from __future__ import annotations

from django.db.models import QuerySet

from ekachit.accounts.models import User
from ekachit.config import settings
from ekachit.connections.models import AccessRecord, Connection, Project
from ekachit.connections.words import NEW_TOKEN_URL

new_token_url = revoke_url = NEW_TOKEN_URL


def connections_of(user: User) -> QuerySet[Connection]:
    """Return the person's connections, also disconnected ones, oldest first."""
    return Connection.objects.filter(user=user)


def projects_of(connection: Connection) -> QuerySet[Project]:
    """Return the projects the site showed last, those with most open issues of the person first."""
    return Project.objects.filter(connection=connection, seen=True)


def access_records(connection: Connection) -> QuerySet[AccessRecord]:
    """Return every request made for this connection, newest first."""
    return AccessRecord.objects.filter(connection=connection)


def sandbox_site() -> str | None:
    """Return the address of the sandbox that may be connected with one click, None where there is none."""
    hosts = settings().sandbox_hosts
    return f"http://{hosts[0]}" if hosts else None


def sandbox_offered() -> bool:
    """Return whether the connect page offers the sandbox: never in production, which refuses sandbox hosts."""
    return sandbox_site() is not None
