"""Filing requests in the access ledger."""

from __future__ import annotations

from collections.abc import Sequence

from ekachit import rows
from ekachit.connections.models import AccessRecord, Connection
from ekachit.jira.ledger import Call


def file_calls(connection: Connection, calls: Sequence[Call]) -> None:
    """Store the requests made for a connection; a method, a path and field names, never a value."""
    rows.insert(
        AccessRecord,
        [
            {
                "connection_id": connection.pk,
                "at": call.at,
                "method": call.method,
                "path": call.path[:255],
                "why": call.why[:120],
                "fields": ", ".join(call.fields)[:500],
                "count": call.count,
                "status": call.status,
                "error": call.error or "",
                "seconds": call.seconds,
            }
            for call in calls
        ],
    )
