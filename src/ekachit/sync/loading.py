"""What a pass reads from the database before it asks Jira."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from django.db import transaction

from ekachit.connections.credentials import sealed_token
from ekachit.connections.models import Connection, Project
from ekachit.domain.sync.state import Held, RemoteView
from ekachit.jira.points import PointsFields
from ekachit.sync.held import Known, held_by_issue, index_of
from ekachit.sync.leases import Claim, fence
from ekachit.vault.seal import SealedToken


@dataclass(frozen=True, slots=True)
class Loaded:
    """A connection as a pass needs it. `styles` maps a project's id to `classic` or `next-gen`."""

    connection: Connection
    token: SealedToken
    index: Mapping[str, Known]
    picked: tuple[str, ...]
    styles: Mapping[str, str]
    points: PointsFields


@transaction.atomic
def load(claim: Claim) -> Loaded:
    """Return what the pass needs.

    Raises:
        LeaseLostError: the claim is no longer ours.
        VaultError: the token cannot be opened.
    """
    connection = fence(claim)
    projects = list(Project.objects.filter(connection=connection, picked=True).order_by("project_id"))
    return Loaded(
        connection=connection,
        token=sealed_token(connection),
        index=index_of(connection),
        picked=tuple(each.project_id for each in projects),
        styles={each.project_id: each.style for each in projects},
        points=msgspec.convert(connection.points_fields, PointsFields),
    )


def held_for(connection: Connection, view: RemoteView) -> dict[str, Held]:
    """Return our tasks tied to the issues of a view and to their sub-tasks, by issue id."""
    ids = {each.issue_id for each in view.issues} | view.absent
    ids |= {line.issue_id for each in view.issues for line in each.subtasks}
    return held_by_issue(connection, ids)
