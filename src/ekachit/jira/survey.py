"""What connecting reads: who it is, which fields hold points, which projects there are, what is open."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ekachit.jira import jql, wire
from ekachit.jira.client import JiraClient
from ekachit.jira.connect import Proof, probe
from ekachit.jira.egress import Egress, Site
from ekachit.jira.errors import AuthRejected
from ekachit.jira.ledger import Ledger
from ekachit.jira.points import PointsFields, find_points_fields
from ekachit.jira.transport import AiohttpTransport, TokenSource

# Up to here one listing of the person's open issues counts them for every project at once; past it, each
# project is counted by itself, which costs one request a project instead of one for each hundred issues.
LISTED_ISSUES = 1000


@dataclass(frozen=True, slots=True)
class Survey:
    """What a site shows its user. `open_counts` maps a project's id to the person's open issues in it."""

    projects: Sequence[wire.Project]
    open_counts: Mapping[str, int]
    points: PointsFields = field(default_factory=PointsFields)


async def prove_and_survey(  # noqa: PLR0913 # each is asked for by name
    site: Site,
    email: str,
    token: TokenSource,
    *,
    egress: Egress,
    ledger: Ledger,
    clock: Callable[[], datetime],
) -> tuple[Proof, Survey]:
    """Return whose token it is, and what the site shows its user. Speaks over a transport of its own.

    Raises:
        JiraError: Jira refused or did not answer; nothing is half known then.
    """
    async with AiohttpTransport(egress) as transport:
        proof = await probe(transport, site, email, token, ledger=ledger, clock=clock)
        client = JiraClient(
            transport,
            site,
            email=email,
            token=token,
            cloud_id=proof.cloud_id,
            via_gateway=proof.via_gateway,
            ledger=ledger,
            clock=clock,
        )
        return proof, await survey(client)


async def survey_site(  # noqa: PLR0913 # each is asked for by name
    site: Site,
    email: str,
    token: TokenSource,
    *,
    account_id: str,
    cloud_id: str | None,
    via_gateway: bool,
    egress: Egress,
    ledger: Ledger,
    clock: Callable[[], datetime],
) -> Survey:
    """Return what a connected site shows its user. Speaks over a transport of its own.

    Raises:
        AuthRejected: `account_differs` where the token is another account's.
        JiraError: Jira refused or did not answer; nothing is half known then.
    """
    async with AiohttpTransport(egress) as transport:
        client = JiraClient(
            transport,
            site,
            email=email,
            token=token,
            cloud_id=cloud_id,
            via_gateway=via_gateway,
            ledger=ledger,
            clock=clock,
        )
        if (await client.myself()).account_id != account_id:
            raise AuthRejected("account_differs")
        return await survey(client)


async def survey(client: JiraClient) -> Survey:
    """Read fields, projects and the person's open counts.

    Raises:
        JiraError: Jira refused or did not answer; nothing is half known then.
    """
    points = find_points_fields(await client.fields())
    projects = await client.projects()
    return Survey(projects, await _open_counts(client, projects), points)


async def _open_counts(client: JiraClient, projects: Sequence[wire.Project]) -> Mapping[str, int]:
    if not projects:
        return {}
    total = await client.count(jql.assigned_open([]), why="how many open issues are yours")
    if total > LISTED_ISSUES:
        counts = await asyncio.gather(
            *(
                client.count(jql.assigned_open([each.id]), why=f"your open issues in {each.key}")
                for each in projects
            )
        )
        return {each.id: count for each, count in zip(projects, counts, strict=True)}
    found: Counter[str] = Counter()
    async for page in client.search(
        jql.assigned_open([]), ("project",), why="your open issues in each project"
    ):
        found.update(each.project_id for each in page.issues if each.project_id)
    return found
