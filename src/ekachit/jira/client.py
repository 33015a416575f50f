"""The client: one method for each call of the closed list in `calls`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

import msgspec

from ekachit.jira import jql as queries
from ekachit.jira import wire, wire_issues, wire_workflow
from ekachit.jira.calls import PROVING, Endpoint, Note, Question, number
from ekachit.jira.classify import classify
from ekachit.jira.egress import Site
from ekachit.jira.errors import AuthRejected, JiraError, Refused, Unexpected, Withheld
from ekachit.jira.ledger import Ledger
from ekachit.jira.paging import Listing
from ekachit.jira.transport import Credentials, Request, Response, TokenSource, Transport

T = TypeVar("T")
PAGE_SIZE: Final = 100
MOST_RECONCILED: Final = 50
_MOST_PROJECT_PAGES: Final = 100
_LONGEST_CLOUD_ID: Final = 64
_ACCOUNT_HEADER: Final = "x-aaccountid"


class JiraClient:
    """Asks Jira for one account at one site.

    Whatever is asked first, `/myself` is asked before: elsewhere Jira may answer bad credentials with 200 and
    nothing (JRACLOUD-93811), and the account's id is what issues are compared with.

    Every method raises `JiraError`; and whatever the token source raises when it cannot be opened.
    """

    def __init__(  # noqa: PLR0913 # each is asked for by name
        self,
        transport: Transport,
        site: Site,
        *,
        email: str,
        token: TokenSource,
        cloud_id: str | None,
        via_gateway: bool,
        ledger: Ledger,
        clock: Callable[[], datetime],
    ) -> None:
        """Take what it asks with.

        Raises:
            ValueError: the gateway is to be used without a cloud id.
        """
        if via_gateway and not is_cloud_id(cloud_id):
            raise ValueError("the gateway needs the site's cloud id")
        self._transport = transport
        self._site = site
        self._credentials = Credentials(email, token)
        self._base = f"{site.gateway}/ex/jira/{cloud_id}" if via_gateway else site.origin
        self._ledger = ledger
        self._clock = clock
        self._me: wire.Myself | None = None
        self._names_account = False
        self._proof = asyncio.Lock()

    async def tenant_info(self) -> str:
        """Return the site's cloud id. Nothing of the person goes along.

        Raises:
            Unexpected: `site_unknown` where there is no Jira.
        """
        call = Question(endpoint=Endpoint.TENANT_INFO, why="the site's id, which scoped tokens need")
        found = await self._ask(call, _as(wire.TenantInfo))
        if not is_cloud_id(found.cloud_id):
            raise Unexpected("bad_shape", "cloud id")
        return found.cloud_id

    async def myself(self, *, why: str = "whose token this is") -> wire.Myself:
        """Return the account that asks: the proof that the credentials are good.

        Raises:
            AuthRejected: they are not; `token_anonymous` also where Jira names nobody.
        """
        self._me = None
        self._me = await self._ask(Question(endpoint=Endpoint.MYSELF, why=why), _read_myself)
        return self._me

    async def fields(self) -> list[wire.Field]:
        """Return the fields of the site that the account can see; one that cannot be read is left out."""
        call = Question(endpoint=Endpoint.FIELDS, why="which fields hold story points")
        return await self._ask_proven(call, _each(wire.Field), counted=len)

    async def projects(self) -> list[wire.Project]:
        """Return the projects whose issues the account can browse; one that cannot be read is left out.

        Raises:
            Unexpected: `endless_pages`.
        """
        found: dict[str, wire.Project] = {}
        start = 0
        for _ in range(_MOST_PROJECT_PAGES):
            page = await self._project_page(start)
            before = len(found)
            for each in wire.decode_each(page.values, wire.Project):
                found.setdefault(each.id, each)
            start += len(page.values)
            if page.is_last or not page.values or (page.is_last is None and start >= (page.total or 0)):
                return list(found.values())
            if len(found) == before:
                break
        raise Unexpected("endless_pages", "projects")

    async def count(self, jql: str, *, why: str) -> int:
        """Return about how many issues a query of `ekachit.jira.jql` finds.

        Raises:
            ValueError: the query is not one for the asker's own issues.
        """
        call = Question(endpoint=Endpoint.COUNT, why=why, body=msgspec.json.encode({"jql": _own(jql)}))
        found = await self._ask_proven(call, _as(wire.Count), counted=lambda each: each.count)
        return max(0, found.count)

    async def search(
        self, jql: str, fields: Sequence[str], *, why: str, reconcile: Sequence[int] = ()
    ) -> AsyncIterator[wire.SearchPage]:
        """Yield the pages of a query of `ekachit.jira.jql`. The last page's `complete` tells about the whole.

        Args:
            jql: the query.
            fields: the fields to ask for; the assignee is asked for in any case, to be compared.
            why: for the ledger.
            reconcile: at most 50 ids of issues that are to be read consistently ("Search and reconcile").

        Raises:
            ValueError: the query is not one for the asker's own issues, or there are too many ids.
        """
        if len(reconcile) > MOST_RECONCILED:
            raise ValueError(f"at most {MOST_RECONCILED} issues can be reconciled")
        asked = _with_assignee(fields)
        body: dict[str, Any] = {"jql": _own(jql), "fields": asked, "maxResults": PAGE_SIZE}
        if reconcile:
            body["reconcileIssues"] = list(reconcile)
        listing = Listing()
        more = True
        while more:
            encoded = msgspec.json.encode(body)
            call = Question(endpoint=Endpoint.SEARCH, why=why, body=encoded, fields=asked)
            read = await self._ask_proven(
                call, lambda body: wire_issues.read_page(body, asked), counted=lambda page: len(page.issues)
            )
            page, token = self._page(read, listing)
            yield page
            more = token is not None
            body["nextPageToken"] = token

    async def issue(
        self,
        issue_id: str,
        fields: Sequence[str],
        *,
        why: str = "one of your issues",
        with_changes: bool = False,
    ) -> wire.Issue | None:
        """Return an issue as Jira's database has it now; None where it is assigned to somebody else.

        With `with_changes` its latest changes of status come along: after a write they tell whether somebody else
        had changed it a moment before. Who made a change is not read.

        Raises:
            Refused: `not_found` where there is none or the account may not see it.
            Unexpected: `bad_shape`.
        """
        asked = _with_assignee(fields)
        query = {"fields": ",".join(asked)} | ({"expand": "changelog"} if with_changes else {})
        call = Question(endpoint=Endpoint.ISSUE, why=why, of=issue_id, query=query, fields=asked)
        found = await self._ask_proven(call, lambda body: wire_issues.read_issue(body, asked))
        if isinstance(found, wire.Unreadable):
            raise Unexpected("bad_shape", found.reason)
        return found if self._is_mine(found) else None

    async def transitions(
        self, issue_id: str, *, why: str = "which status changes are open"
    ) -> tuple[wire_workflow.Transition, ...]:
        """Return the transitions open to the account now; one that cannot be read is left out."""
        query = {"expand": "transitions.fields"}
        call = Question(endpoint=Endpoint.TRANSITIONS, why=why, of=issue_id, query=query)
        found = await self._ask_proven(
            call, _as(wire_workflow.Transitions), counted=lambda each: len(each.transitions)
        )
        return tuple(wire.decode_each(found.transitions, wire_workflow.Transition))

    async def transition(
        self,
        issue_id: str,
        transition_id: str,
        fields: Mapping[str, Any] | None = None,
        *,
        why: str = "your status change",
    ) -> None:
        """Make a transition. Never sent twice: after a lost answer, read the issue.

        Raises:
            Refused: `transition_invalid`, `field_required`, `field_not_on_screen`, `conflict`, `not_found`,
                `refused`.
        """
        body: dict[str, Any] = {"transition": {"id": number(transition_id)}}
        if fields:
            body["fields"] = dict(fields)
        call = Question(
            endpoint=Endpoint.TRANSITION,
            why=why,
            of=issue_id,
            body=msgspec.json.encode(body),
            fields=("status", *(fields or ())),
        )
        await self._ask_proven(call, _nothing)

    async def project_statuses(
        self, project_id: str, *, why: str = "the statuses of a project"
    ) -> tuple[wire_workflow.Status, ...]:
        """Return the statuses of a project's issue types, each once, in Jira's order."""
        call = Question(endpoint=Endpoint.PROJECT_STATUSES, why=why, of=project_id)
        types = await self._ask_proven(call, _each(wire_workflow.TypeStatuses))
        return tuple({status.id: status for each in types for status in each.statuses}.values())

    async def _project_page(self, start: int) -> wire.ProjectPage:
        query = {"action": "browse", "orderBy": "key", "startAt": str(start), "maxResults": str(PAGE_SIZE)}
        call = Question(endpoint=Endpoint.PROJECTS, why="your projects", query=query)
        try:
            return await self._ask_proven(call, _as(wire.ProjectPage), counted=lambda each: len(each.values))
        except Refused as refused:
            # The documented answer where nothing matches ("Get projects paginated").
            if refused.code == "not_found":
                return wire.ProjectPage([], is_last=True)
            raise

    def _page(self, read: wire_issues.Read, listing: Listing) -> tuple[wire.SearchPage, str | None]:
        """What a page brings that is new and the asker's own, and the token of the next."""
        issues: list[wire.Issue] = []
        unreadable: list[wire.Unreadable] = []
        foreign: list[str] = []
        news = 0
        for item in read.issues:
            if item.id is None:
                listing.miss()
            elif not listing.is_new(item.id):
                continue
            news += 1
            if isinstance(item, wire.Unreadable):
                unreadable.append(item)
            elif self._is_mine(item):
                issues.append(item)
            else:
                foreign.append(item.id)
        token = listing.next_token(read.next_page_token, is_last=read.is_last, news=news)
        page = wire.SearchPage(tuple(issues), tuple(unreadable), tuple(foreign), listing.complete)
        return page, token

    def _is_mine(self, issue: wire.Issue) -> bool:
        return self._me is not None and issue.assignee_id == self._me.account_id

    async def _ask_proven(
        self, call: Question, read: Callable[[bytes], T], *, counted: Callable[[T], int] | None = None
    ) -> T:
        if self._me is None:
            async with self._proof:
                if self._me is None:
                    await self.myself()
        return await self._ask(call, read, counted=counted)

    async def _ask(
        self, call: Question, read: Callable[[bytes], T], *, counted: Callable[[T], int] | None = None
    ) -> T:
        """Make a call, record it whatever comes of it, and return what was read."""
        note = Note(call, self._ledger, self._clock)
        try:
            response = await self._transport.send(self._request(call))
            note.status = response.status
            self._judge(call.endpoint, response)
            found = read(response.body)
            note.succeed(None if counted is None else counted(found))
        except JiraError as trouble:
            note.fail(trouble)
            raise
        except Withheld:
            note.withhold()
            raise
        finally:
            note.record()
        return found

    def _request(self, call: Question) -> Request:
        if call.endpoint is Endpoint.TENANT_INFO:
            return Request(call.method, f"{self._site.origin}{call.path}", self._site.host)
        tail = f"?{urlencode(call.query)}" if call.query else ""
        url = f"{self._base}{call.path}{tail}"
        return Request(call.method, url, self._site.host, call.body, self._credentials)

    def _judge(self, endpoint: Endpoint, response: Response) -> None:
        """Raise what the answer means, if it is not a good one."""
        trouble = classify(
            response.status,
            response.headers,
            response.body,
            proving=endpoint in PROVING,
            account_header=self._names_account and endpoint not in PROVING,
        )
        if trouble is not None:
            raise trouble
        if endpoint is Endpoint.MYSELF:
            self._names_account = bool(response.headers.get(_ACCOUNT_HEADER))


def is_cloud_id(text: str | None) -> bool:
    """Whether a text can be a site's cloud id, which becomes part of an address."""
    return (
        text is not None
        and 0 < len(text) <= _LONGEST_CLOUD_ID
        and text.isascii()
        and text.replace("-", "").isalnum()
    )


def _as(kind: type[T]) -> Callable[[bytes], T]:
    return lambda body: wire.decode(body, kind)


def _each(kind: type[T]) -> Callable[[bytes], list[T]]:
    return lambda body: wire.decode_each(wire.decode(body, list[msgspec.Raw]), kind)


def _nothing(body: bytes) -> None:
    """A good transition answers 204 without a body; whatever else comes is not looked at."""


def _read_myself(body: bytes) -> wire.Myself:
    found = wire.decode(body, wire.MyselfOrNobody)
    if not found.account_id:
        raise AuthRejected("token_anonymous")
    return wire.Myself(found.account_id, found.display_name or "", found.time_zone)


def _own(jql: str) -> str:
    if not queries.is_own(jql):
        raise ValueError("only queries for the asker's own issues can be asked")
    return jql


def _with_assignee(fields: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*fields, "assignee")))
