"""Connecting to a sandbox and running passes, from a test that has the database to itself."""

from __future__ import annotations

from collections.abc import Collection

from asgiref.sync import async_to_sync

from ekachit.accounts.models import User
from ekachit.config import settings
from ekachit.connections.actions import connect_sandbox, pick_projects
from ekachit.connections.models import Connection, Project
from ekachit.jira.egress import Egress
from ekachit.jira.transport import AiohttpTransport
from ekachit.sync.engine import run_pass
from ekachit.sync.leases import Claim, claim
from ekachit.sync.models import Pass
from ekachit.sync.surroundings import Surroundings

SANDBOX_PROJECTS = ("PAY", "OPS")


def connect_and_import(user: User, *, picked: Collection[str]) -> Connection:
    """Connect the sandbox, pick projects by key, and import."""
    connection = connect_sandbox(user)
    ids = Project.objects.filter(connection=connection, key__in=picked).values_list("project_id", flat=True)
    pick_projects(connection, list(ids))
    run_pass_now(connection)
    return connection


def run_pass_now(connection: Connection) -> Pass:
    """Run one pass as a worker does, in this thread and its transaction."""
    mine = claim(connection.pk, "test")
    assert mine is not None
    return async_to_sync(_run)(mine)


async def _run(mine: Claim) -> Pass:
    async with AiohttpTransport(Egress(settings().allowed_sandboxes)) as transport:
        return await run_pass(mine, Surroundings(transport))
