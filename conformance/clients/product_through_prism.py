"""The product's own client, every call of its closed list, through Prism: no violation in either direction.

Prism judges each request and each answer by the vendor's API document and answers with a problem of its own
where one does not fit; that is looked for in every answer. The site's id (`/_edge/tenant_info`) is not in the
document, so it is asked for directly.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter
from datetime import UTC, datetime

from expect import EMAIL, TOKEN, URL, expect

from ekachit.jira import jql
from ekachit.jira.calls import Endpoint
from ekachit.jira.client import JiraClient
from ekachit.jira.egress import Egress, parse_site
from ekachit.jira.errors import Refused
from ekachit.jira.ledger import Call
from ekachit.jira.points import find_points_fields
from ekachit.jira.transport import AiohttpTransport, Request, Response
from ekachit.vault.secret import Secret

DIRECT = os.environ["DIRECT_URL"]
PROBLEM = b"stoplight.io/prism/errors"
FIELDS = ("summary", "status", "priority", "issuetype", "project", "parent", "subtasks", "updated")


class Watched:
    """A transport that notes each answer in which Prism found fault."""

    def __init__(self, inner: AiohttpTransport) -> None:
        self._inner = inner
        self.faults: list[str] = []

    async def send(self, request: Request) -> Response:
        """Send a request and look at the answer."""
        answer = await self._inner.send(request)
        if PROBLEM in answer.body:
            self.faults.append(f"{request.method} {request.url}: {answer.body[:1500].decode()}")
        return answer


class Book(list[Call]):
    """A ledger in memory."""

    def record(self, call: Call) -> None:
        """Keep a call."""
        self.append(call)


def client(transport: Watched, url: str, book: Book) -> JiraClient:
    """The client for the sandbox's demo account at an address."""
    host = url.removeprefix("http://")
    return JiraClient(
        transport,
        parse_site(url, frozenset({host})),
        email=EMAIL,
        token=Secret(TOKEN),
        cloud_id=None,
        via_gateway=False,
        ledger=book,
        clock=lambda: datetime.now(UTC),
    )


async def read_everything(asker: JiraClient) -> list[str]:
    """Every call that reads; the ids of the account's open issues."""
    await asker.myself()
    points = find_points_fields(await asker.fields())
    projects = await asker.projects()
    expect(points.ids and projects, "fields that hold points, and projects")
    for project in projects:
        await asker.project_statuses(project.id)
    every = jql.assigned_open([each.id for each in projects])
    expect(await asker.count(every, why="the check") > 30, "open issues are counted")
    found = [
        each.id
        async for page in asker.search(every, (*FIELDS, *points.ids), why="the check")
        for each in page.issues
    ]
    expect(len(found) > 30, "open issues are listed")
    chosen = found[:50]
    again = asker.search(
        jql.assigned_ids(chosen), ("updated",), why="the check", reconcile=[int(each) for each in chosen]
    )
    expect({each.id async for page in again for each in page.issues} == set(chosen), "issues are found by id")
    for issue_id in found:
        expect(await asker.issue(issue_id, FIELDS) is not None, f"issue {issue_id} is read")
    return found


async def move_one(asker: JiraClient, issue_ids: list[str]) -> None:
    """Every call about transitions, one of them really made."""
    made = False
    for issue_id in issue_ids:
        for each in await asker.transitions(issue_id):
            if made or each.needed:
                continue
            await asker.transition(issue_id, each.id)
            made = True
    expect(made, "a transition is made")
    try:
        await asker.transition(issue_ids[0], "999999")
    except Refused as refused:
        expect(refused.code == "transition_invalid", f"a wrong transition is told apart, not {refused.code}")
    else:
        sys.exit("expected: a wrong transition is refused")


async def prism_judges(transport: AiohttpTransport) -> None:
    """Prove that Prism finds fault where there is one: a request that the document does not allow."""
    wrong = Request(
        "POST", f"{URL}/rest/api/3/search/jql", URL.removeprefix("http://"), b'{"maxResults": "many"}'
    )
    expect(PROBLEM in (await transport.send(wrong)).body, "Prism refuses a wrong request")


async def main() -> None:
    """Make every call, and end with what Prism found."""
    hosts = frozenset({URL.removeprefix("http://"), DIRECT.removeprefix("http://")})
    book = Book()
    async with AiohttpTransport(Egress(hosts)) as inner:
        await prism_judges(inner)
        transport = Watched(inner)
        await client(transport, DIRECT, Book()).tenant_info()
        asker = client(transport, URL, book)
        await move_one(asker, await read_everything(asker))
    made = Counter((call.method, call.path) for call in book)
    for endpoint in set(Endpoint) - {Endpoint.TENANT_INFO}:
        method, path = endpoint.value
        start, _, end = path.partition("{id}")
        expect(
            any(m == method and p.startswith(start) and p.endswith(end) for m, p in made),
            f"{method} {path} was called",
        )
    expect(not transport.faults, "no violation:\n" + "\n".join(transport.faults[:8]))
    print(f"{sum(made.values())} calls of the product's client, no violation in either direction")


if __name__ == "__main__":
    asyncio.run(main())
