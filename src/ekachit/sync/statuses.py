"""The statuses that a project has in Jira, for a person to choose from."""

from __future__ import annotations

from dataclasses import dataclass

from asgiref.sync import async_to_sync

from ekachit.connections.credentials import sealed_token
from ekachit.connections.errors import ConnectError
from ekachit.connections.ledger import file_calls
from ekachit.connections.models import Project
from ekachit.connections.reach import CallLog, client_for
from ekachit.connections.way_out import way_out
from ekachit.domain.sync.status import Category, category_of
from ekachit.jira.errors import JiraError, Unavailable
from ekachit.jira.transport import AiohttpTransport, TokenSource
from ekachit.vault.errors import VaultError

_WHY = "the statuses that two-way can choose from"


@dataclass(frozen=True, slots=True)
class JiraStatus:
    """One of Jira's statuses; the name is for people."""

    id: str
    name: str
    category: Category


def statuses_of(project: Project) -> tuple[JiraStatus, ...]:
    """Return the statuses of a project's issues as Jira has them now, in Jira's order.

    Raises:
        ConnectError: Jira refused or did not answer, or the connection cannot be used.
    """
    connection = project.connection
    if not connection.active:
        raise ConnectError("not_connected")
    log = CallLog()
    try:
        return async_to_sync(_ask)(project, sealed_token(connection), log)
    except VaultError as trouble:
        raise ConnectError(trouble.code) from None
    except JiraError as trouble:
        wait = trouble.retry_after if isinstance(trouble, Unavailable) else None
        raise ConnectError(trouble.code, wait_seconds=wait) from None
    finally:
        file_calls(connection, log.take())


async def _ask(project: Project, token: TokenSource, log: CallLog) -> tuple[JiraStatus, ...]:
    async with AiohttpTransport(way_out()) as transport:
        client = client_for(project.connection, token, transport, log)
        found = await client.project_statuses(project.project_id, why=_WHY)
    return tuple(JiraStatus(each.id, each.name or each.id, category_of(each.category)) for each in found)
