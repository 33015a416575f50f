"""List, fetch and apply: the part of a pass that reads Jira."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from ekachit.domain.sync.state import Issue, RemoteView, Scope
from ekachit.domain.sync.status import Category
from ekachit.domain.sync.turns import whose_turn
from ekachit.jira import jql
from ekachit.jira.client import MOST_RECONCILED, JiraClient
from ekachit.jira.errors import Refused
from ekachit.jira.wire import Issue as WireIssue
from ekachit.jira.wire import SearchPage
from ekachit.jira.wire_workflow import Status
from ekachit.sync.apply import Found
from ekachit.sync.held import Known
from ekachit.sync.loading import Loaded
from ekachit.sync.translate import Reader, Refusal

T = TypeVar("T")


class Writes(Protocol):
    """Where what was read goes."""

    async def __call__(self, found: Found, scope: Scope) -> None:
        """Write it; raises what ends the pass."""


@dataclass(slots=True)
class Listing:
    """What the list showed: each id with its version, and whether the list is known to be whole.

    `fresh` are those that we do not hold, or that tell of a change, in the list's order.
    """

    versions: dict[str, datetime | None] = field(default_factory=dict)
    fresh: list[str] = field(default_factory=list)
    complete: bool = True


@dataclass(slots=True)
class Answer:
    """What reading issues by id brought. `asked` is what was asked for; `whole` whether nothing is known to lack."""

    issues: list[Issue] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    absent: set[str] = field(default_factory=set)


class Reading:
    """Reads one connection's picked projects. `gone_projects` are those that Jira no longer knows, by key."""

    def __init__(self, client: JiraClient, loaded: Loaded, write: Writes) -> None:
        self._client = client
        self._loaded = loaded
        self._index: Mapping[str, Known] = loaded.index
        self._write = write
        self._reader = Reader(loaded.points, loaded.readings)
        self._restated: dict[tuple[str, str, str, Status], bool] = {}
        self._sub_tasks: list[Issue] = []
        self._open = {issue_id for issue_id, known in loaded.index.items() if known.mirrors}
        self._turn = _whose_turn(loaded)
        self._read: set[str] = set()
        self._asked_projects = list(loaded.picked)
        self.gone_projects: list[str] = []

    async def run(self) -> bool:
        """Read all there is to read and write it; returns whether the list was whole."""
        listing = await (self._poll() if self._index else self._import())
        # Which parents left the list is settled first: what was on their checklists may need another home.
        if listing.complete:
            await self._check_absences(listing)
        for chunk in _chunks(self._sub_tasks, MOST_RECONCILED):
            await self._apply(chunk)
        return listing.complete

    async def _import(self) -> Listing:
        """List with all fields and write page by page: the quick way when nothing is known yet."""
        listing = Listing()
        async for page in self._listed(self._reader.fields, why="your open issues", ahead=True):
            issues, refused = self._reader.page(page)
            versions = self._reader.versions(page)
            listing.versions |= versions
            listing.complete = page.complete
            await self._apply(self._deferring(issues), refused, versions)
        return listing

    async def _poll(self) -> Listing:
        """List only versions and statuses, then fetch what is new, changed, or may have changed without a sign."""
        listing = Listing()
        async for page in self._listed(("updated", "status"), why="which open issues are yours"):
            listing.versions |= self._reader.versions(page)
            listing.fresh += self._fresh(page)
            listing.complete = page.complete
        for chunk in _chunks(self._news(listing), MOST_RECONCILED):
            answer = await self._fetch(chunk, why=self._why(chunk))
            # What the list showed and a consistent read does not is no longer so: no proof of absence is needed
            # to leave it alone, and if we hold it, the absences below look again.
            await self._apply(self._deferring(answer.issues), answer.refused, listing.versions)
            for each in answer.absent:
                listing.versions.pop(each, None)
        for chunk in _chunks(self._untold_parents(listing), MOST_RECONCILED):
            answer = await self._fetch(chunk, why="issues with a new sub-task of yours")
            await self._apply(self._deferring(answer.issues), answer.refused)
        return listing

    def _untold_parents(self, listing: Listing) -> list[str]:
        """Issues whose checklist lacks a sub-task of the person's: it was made without touching its parent."""
        told = self._index.keys() | self._lines()
        parents = {
            each.parent_id
            for each in self._sub_tasks
            if each.parent_id is not None and each.parent_id in self._open and each.issue_id not in told
        }
        return sorted(parents & listing.versions.keys() - self._read)

    async def _listed(
        self, fields: Sequence[str], *, why: str, ahead: bool = False
    ) -> AsyncIterator[SearchPage]:
        """The pages of the list; with `ahead` the next one is asked for meanwhile, which pays where a page is written.

        A project that Jira no longer knows is left out, and the list begun again.
        """
        while self._asked_projects:
            try:
                query = jql.assigned_open(self._asked_projects)
                pages = self._client.search(query, fields, why=why)
                async for page in one_ahead(pages) if ahead else pages:
                    yield page
            except Refused as refused:
                if not self._leave_out(refused):
                    raise
            else:
                return

    def _leave_out(self, refused: Refused) -> bool:
        """Whether a refusal names one of the projects, which is then left out."""
        if refused.code != "project_gone":
            return False
        named = [each for each in self._asked_projects if refused.value in {each, self._loaded.picked[each]}]
        self.gone_projects += [self._loaded.picked[each] for each in named]
        self._asked_projects = [each for each in self._asked_projects if each not in named]
        return bool(named)

    def _fresh(self, page: SearchPage) -> list[str]:
        """The issues of a page of the list that we do not hold, or that tell of a change."""
        index = self._index
        anew = self._loaded.connection.reread
        found = [
            each.id
            for each in page.issues
            if (known := index.get(each.id)) is None or anew or self._has_changed(each, known)
        ]
        return found + [each.id for each in page.unreadable if each.id]

    def _has_changed(self, listed: WireIssue, known: Known) -> bool:
        # A project that is renamed gives its issues new keys, and none of them tells by its version. A sub-task's change
        # need not touch its parent, so a task with open lines is always read again, and one without once a day. The list
        # has open issues only: one that we hold as done has come back, or the list is late.
        version = listed.updated
        return (
            version is None
            or known.version is None
            or version > known.version
            or listed.key != known.key
            or known.has_open_lines
            or not known.mirrors
            or listed.id in self._turn
            # A list that is older than what we hold shows what is over.
            or (version == known.version and self._is_restated(listed, known))
        )

    def _news(self, listing: Listing) -> list[str]:
        """What is to be read of the list: but for what is on a checklist here, and what was put aside as it is now."""
        if not listing.fresh:
            return []
        aside, lines = self._loaded.put_aside, self._lines(listing.versions)
        anew = self._loaded.connection.reread

        def is_news(issue_id: str) -> bool:
            if anew or issue_id in self._index:
                return True
            if issue_id in aside:
                version = listing.versions[issue_id]
                return version is None or version != aside[issue_id]
            return issue_id not in lines

        # A list that was begun again shows the same ones again.
        return [each for each in dict.fromkeys(listing.fresh) if is_news(each)]

    def _why(self, issue_ids: Sequence[str]) -> str:
        """What the ledger says of reading issues of the list."""
        if self._turn.isdisjoint(issue_ids):
            return "your changed issues"
        return "your issues, each of which is read once a day"

    def _is_restated(self, listed: WireIssue, known: Known) -> bool:
        """Whether it is listed with another status, as after an administrator changed the workflow."""
        status = listed.fields.status
        if status is None:
            return False
        # A list of a thousand issues has a handful of different cases.
        case = known.project_id, known.status, known.status_name, status
        found = self._restated.get(case)
        if found is None:
            said = self._reader.status(known.project_id, status, before=known.status)
            found = self._restated[case] = said != (known.status, known.status_name)
        return found

    def _lines(self, among: Collection[str] | None = None) -> frozenset[str]:
        """Ids of sub-tasks whose home is a checklist here; of those issues alone, where they are given."""
        return frozenset(
            line
            for issue_id, known in self._index.items()
            if known.lines and known.mirrors and (among is None or issue_id in among)
            for line in known.lines
        )

    async def _check_absences(self, listing: Listing) -> None:
        """Ask by id for what left the list: it is done, or elsewhere, or proven absent."""
        unlisted = [(each, known) for each, known in self._index.items() if each not in listing.versions]
        left = [each for each, known in unlisted if self._is_ours(each, known)]
        answer = Answer()
        for chunk in _chunks(left, MOST_RECONCILED):
            found = await self._fetch(chunk, why="issues that left your list")
            await self._apply(found.issues, found.refused)
            answer.absent |= found.absent
            opened = {each.issue_id for each in found.issues if self._gets_task(each)}
            self._open -= found.absent | {each.issue_id for each in found.issues}
            self._open |= opened
        settled = [each for each in self._loaded.put_aside if each not in listing.versions]
        if left or settled or self._loaded.connection.absence_suspects:
            view = RemoteView((), frozenset(answer.absent))
            ours = sum(self._is_ours(each, known) for each, known in self._index.items())
            found_now = Found(view, settled=settled, checks_absence=True, current=ours)
            await self._write(found_now, self._scope())

    def _is_ours(self, issue_id: str, known: Known) -> bool:
        """Whether it is looked after, also where no list shows it: once a day where it is open here alone."""
        looked_after = known.mirrors or (known.was_reopened and issue_id in self._turn)
        return looked_after and known.connection_id == self._loaded.connection.pk

    async def _fetch(self, issue_ids: Sequence[str], *, why: str) -> Answer:
        """Read issues by id, consistently. Where Jira refuses the query for an id it does not know, halves are asked."""
        answer = Answer()
        ids = tuple(int(each) for each in issue_ids)
        whole = True
        try:
            async for page in self._client.search(
                jql.assigned_ids(issue_ids), self._reader.fields, why=why, reconcile=ids
            ):
                issues, unreadable = self._reader.page(page)
                answer.issues += issues
                answer.refused += unreadable
                whole = page.complete
        except Refused:
            return await self._fetch_apart(issue_ids, why=why)
        if whole:
            answered = {each.issue_id for each in answer.issues} | {each.issue_id for each in answer.refused}
            answer.absent = set(issue_ids) - answered
        return answer

    async def _fetch_apart(self, issue_ids: Sequence[str], *, why: str) -> Answer:
        if len(issue_ids) > 1:
            middle = len(issue_ids) // 2
            first = await self._fetch(issue_ids[:middle], why=why)
            second = await self._fetch(issue_ids[middle:], why=why)
            return Answer(
                first.issues + second.issues, first.refused + second.refused, first.absent | second.absent
            )
        try:
            found = await self._client.issue(issue_ids[0], self._reader.fields, why=why)
        except Refused as refused:
            if refused.code != "not_found":
                raise
            found = None
        if found is None:
            return Answer(absent=set(issue_ids))
        read = self._reader.issue(found)
        return Answer(refused=[read]) if isinstance(read, Refusal) else Answer(issues=[read])

    def _deferring(self, issues: Iterable[Issue]) -> list[Issue]:
        """The issues that can be applied now; sub-tasks wait until it is known which parents are imported."""
        parents: list[Issue] = []
        for each in issues:
            self._read.add(each.issue_id)
            (self._sub_tasks if each.is_subtask else parents).append(each)
        self._open |= {each.issue_id for each in parents if self._gets_task(each)}
        return parents

    def _gets_task(self, issue: Issue) -> bool:
        return issue.category is not Category.DONE and (
            issue.issue_id in self._index or issue.project_id in self._loaded.picked
        )

    async def _apply(
        self,
        issues: Sequence[Issue],
        refused: Sequence[Refusal] = (),
        versions: Mapping[str, datetime | None] | None = None,
    ) -> None:
        if issues or refused:
            known = self._loaded.put_aside
            settled = [each.issue_id for each in issues if each.issue_id in known]
            found = Found(RemoteView(tuple(issues)), refused, versions or {}, settled)
            await self._write(found, self._scope())

    def _scope(self) -> Scope:
        return Scope(frozenset(self._loaded.picked), frozenset(self._open))


def _whose_turn(loaded: Loaded) -> frozenset[str]:
    """The issues that are read now because nobody has looked at them for a day."""
    since, tally = loaded.connection.picked_at, loaded.tally
    if since is None:
        return frozenset()
    looked_after = [each for each, known in loaded.index.items() if known.mirrors or known.was_reopened]
    return whose_turn(looked_after, since=since, last=tally.last_complete or since, now=tally.started_at)


async def one_ahead(pages: AsyncIterator[T]) -> AsyncGenerator[T, None]:
    """The same pages, the next one asked for while the last is being written."""
    coming = asyncio.ensure_future(anext(pages, None))
    try:
        while (page := await coming) is not None:
            coming = asyncio.ensure_future(anext(pages, None))
            # It is on its way before the page is written: else its question to the database waits for that.
            await asyncio.sleep(0)
            yield page
    finally:
        coming.cancel()
        # What it failed of is looked at also where nobody wants the page any more: else asyncio logs it as lost.
        await asyncio.gather(coming, return_exceptions=True)


def _chunks(items: Sequence[T], size: int) -> list[Sequence[T]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
