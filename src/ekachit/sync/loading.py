"""What a pass reads from the database before it asks Jira."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import msgspec
from django.db import transaction

from ekachit import rows
from ekachit.connections.credentials import sealed_token
from ekachit.connections.models import Connection, Project
from ekachit.domain.sync.status import Category
from ekachit.jira.points import PointsFields
from ekachit.sync.checkpoints import Checkpoint, reach
from ekachit.sync.held import Known, index_of
from ekachit.sync.leases import Claim, fence_with
from ekachit.sync.models import PutAside
from ekachit.sync.passes import LAST_COMPLETE, WAS_CUT_OFF, Before, Tally, begin
from ekachit.sync.translate import Reading
from ekachit.vault.seal import SealedToken

_PICKED = (
    "SELECT project_id, key, style, open_count, points_override, progress_status_id, done_status_id"
    " FROM connections_project WHERE connection_id = %s AND picked ORDER BY project_id"
)
_SOME_ASIDE = "EXISTS (SELECT 1 FROM sync_putaside WHERE connection_id = connections_connection.id)"


class PickedProject(NamedTuple):
    """What a pass needs of a project; what was seen of its workflow, which may be much, is not read."""

    project_id: str
    key: str
    style: str
    open_count: int
    points_override: str
    progress_status_id: str
    done_status_id: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """A connection as a pass needs it.

    `picked` maps a picked project's id to its key, `readings` how it is read. `put_aside` has the
    version at which an issue could not be read, by id.
    """

    connection: Connection
    token: SealedToken
    index: Mapping[str, Known]
    picked: Mapping[str, str]
    readings: Mapping[str, Reading]
    points: PointsFields
    put_aside: Mapping[str, datetime | None]
    tally: Tally


@transaction.atomic
def load(claim: Claim, *, now: datetime) -> Loaded:
    """Return what the pass needs, with its receipt begun.

    Raises:
        LeaseLostError: the claim is no longer ours.
        VaultError: the token cannot be opened.
    """
    connection, (last, cut_off, some_aside) = fence_with(claim, [LAST_COMPLETE, WAS_CUT_OFF, _SOME_ASIDE])
    reach(Checkpoint.OPENING)
    found = rows.select(_PICKED, [connection.pk])
    projects = [PickedProject(*each) for each in found]
    before = Before(rows.as_moment(last), bool(cut_off))
    return Loaded(
        connection=connection,
        token=sealed_token(connection),
        index=index_of(connection),
        picked={each.project_id: each.key for each in projects},
        readings={each.project_id: reading_of(each, connection) for each in projects},
        points=msgspec.convert(connection.points_fields, PointsFields),
        put_aside=_put_aside(connection) if some_aside else {},
        tally=begin(connection, claim.epoch, projects, before, now=now),
    )


def _put_aside(connection: Connection) -> dict[str, datetime | None]:
    found = rows.every(PutAside, "connection_id = %s", [connection.pk])
    return {each.issue_id: each.version for each in found}


def reading_of(project: Project | PickedProject, connection: Connection) -> Reading:
    """Return how the issues of a connection's project are read."""
    counts_as = {}
    if project.progress_status_id:
        counts_as[project.progress_status_id] = Category.INDETERMINATE
    if project.done_status_id:
        counts_as[project.done_status_id] = Category.DONE
    return Reading(project.style, project.points_override or connection.points_override, counts_as)
