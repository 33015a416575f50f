"""The wire between a delivery and its site: each transition that left, with what we held and what Jira had then."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ekachit.connections.models import Project
from ekachit.jira.transport import Request, Response
from ekachit.sandbox.change import Received
from ekachit.sandbox.inprocess import InProcess
from ekachit.sync.models import OPEN_STATES, Link, OutboxEntry
from tests.sync.simulation.line import Line
from tests.sync.simulation.running import as_if_no_loop_ran, no_seam
from tests.sync.simulation.stage import Person


@dataclass(frozen=True, slots=True)
class Write:
    """A transition that left. `entries` were open for its task, `looked_at` is the status that was read before it.

    `changes` is how many changes of status the issue had behind it right after.
    """

    issue_id: str
    entries: tuple[OutboxEntry, ...]
    looked_at: str
    project_id: str
    two_way: bool
    received: Received
    changes: int

    @property
    def made(self) -> bool:
        """Whether Jira made the transition."""
        return self.received.applied


class SendLine(Line):
    """A line that looks closely at what is written."""

    def __init__(self, person: Person, doors: dict[str, InProcess]) -> None:
        super().__init__(doors, no_seam)
        self.person = person
        self.writes: list[Write] = []
        self.looked_at: dict[str, str] = {}

    async def send(self, request: Request) -> Response:
        """Return the answer; raises what the product's transport raises."""
        world = self.doors[request.site].world
        issue_id = request.url.partition("/issue/")[2].partition("/")[0].partition("?")[0]
        if request.method != "POST":
            response = await super().send(request)
            if self.exchanges[-1].purpose == "read" and self.exchanges[-1].readable:
                self.looked_at[issue_id] = _status_in(response.body)
            return response
        held = as_if_no_loop_ran(self._held, issue_id)
        known = len(world.received)
        try:
            return await super().send(request)
        finally:
            for each in world.received[known:]:
                changes = len(world.history.get(int(issue_id), ()))
                looked_at = self.looked_at.get(issue_id, "")
                self.writes.append(Write(issue_id, held[0], looked_at, held[1], held[2], each, changes))

    def _held(self, issue_id: str) -> tuple[tuple[OutboxEntry, ...], str, bool]:
        connection = self.person.connection
        link = Link.objects.filter(connection=connection, issue_id=issue_id).first()
        project_id = link.project_id if link else ""
        on = Project.objects.filter(
            connection=connection, project_id=project_id, two_way=True, picked=True
        ).exists()
        entries = OutboxEntry.objects.filter(
            task__link__issue_id=issue_id, connection=connection, state__in=OPEN_STATES
        )
        return tuple(entries.order_by("pk")), project_id, on


def _status_in(body: bytes) -> str:
    try:
        return str(json.loads(body.decode("utf-8-sig", errors="replace"))["fields"]["status"]["id"])
    except (RecursionError, ValueError, KeyError, TypeError):
        return ""
