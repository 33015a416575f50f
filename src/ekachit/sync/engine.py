"""One pass for one connection: prove, list, fetch, reconcile, apply. A transaction never spans a network call."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from asgiref.sync import sync_to_async

from ekachit.connections.models import Connection
from ekachit.connections.reach import CallLog, client_for
from ekachit.domain.sync.reconcile import reconcile
from ekachit.domain.sync.schedule import Ending
from ekachit.domain.sync.state import Issue, Presence, RemoteView
from ekachit.domain.sync.status import Category
from ekachit.jira import jql
from ekachit.jira.client import JiraClient
from ekachit.jira.errors import AuthRejected, JiraError, Unavailable
from ekachit.jira.transport import Request, Response, Transport
from ekachit.sync.apply import apply
from ekachit.sync.held import Known
from ekachit.sync.leases import Claim, LeaseLostError, still_held
from ekachit.sync.loading import Loaded, held_for, load
from ekachit.sync.models import Pass, PassState
from ekachit.sync.passes import Outcome, abandon, begin, end
from ekachit.sync.translate import Reader, Refusal
from ekachit.vault.errors import VaultError

log = logging.getLogger(__name__)

FETCH_CHUNK = 50
WATCH_SECONDS = 1.0


T = TypeVar("T")


class StoppedError(Exception):
    """The person asked to stop the import."""


def utc_now() -> datetime:
    """Return the moment, in UTC."""
    return datetime.now(UTC)


async def run_pass(claim: Claim, transport: Transport, *, clock: Callable[[], datetime] = utc_now) -> Pass:
    """Run one pass under a claim and return its receipt.

    Trouble at Jira, a lost lease or a disconnect is in the receipt; nothing of it is raised.

    Raises:
        LeaseLostError: the claim was lost before anything began.
        asyncio.CancelledError: the worker ends; the receipt says that the pass was cut off.
    """
    receipt = await sync_to_async(begin)(claim, now=clock())
    run = PassRun(claim, receipt, transport, clock)
    work = asyncio.ensure_future(run.work())
    watch = asyncio.ensure_future(_watch(claim, work))
    try:
        outcome = await work
        await sync_to_async(end)(claim, receipt.pk, outcome, run.calls.take(), now=clock())
    except LeaseLostError:
        await sync_to_async(abandon)(receipt.pk, run.calls.take(), code="lease_lost", now=clock())
    except asyncio.CancelledError:
        lost = watch.done()
        code = "lease_lost" if lost else "interrupted"
        await sync_to_async(abandon)(receipt.pk, run.calls.take(), code=code, now=clock())
        if not lost:
            raise
    finally:
        watch.cancel()
    return await sync_to_async(Pass.objects.get)(pk=receipt.pk)


async def _watch(claim: Claim, work: asyncio.Future[Outcome]) -> None:
    """Cut the pass off, with any request in flight, soon after its claim is lost (a disconnect takes it away)."""
    while not work.done():
        await asyncio.sleep(WATCH_SECONDS)
        if not await sync_to_async(still_held)(claim):
            work.cancel()
            return


class Gate:
    """A transport that asks before each request whether the claim still holds: none is sent after a disconnect."""

    def __init__(self, inner: Transport, claim: Claim) -> None:
        self._inner = inner
        self._claim = claim

    async def send(self, request: Request) -> Response:
        """Send a request, or raise `LeaseLostError` with nothing sent."""
        if not await sync_to_async(still_held)(self._claim):
            raise LeaseLostError(f"connection {self._claim.connection_id}")
        return await self._inner.send(request)


@dataclass(slots=True)
class Listing:
    """What the list showed: every id, and whether the list is known to be whole."""

    seen: set[str] = field(default_factory=set)
    changed: list[str] = field(default_factory=list)
    complete: bool = True


class PassRun:
    """The steps of one pass."""

    def __init__(
        self, claim: Claim, receipt: Pass, transport: Transport, clock: Callable[[], datetime]
    ) -> None:
        self.calls = CallLog()
        self._claim = claim
        self._receipt = receipt
        self._transport = Gate(transport, claim)
        self._clock = clock

    async def work(self) -> Outcome:
        """Run the steps; what Jira or the vault refuses becomes an outcome."""
        try:
            return await self._steps()
        except StoppedError:
            return Outcome(PassState.STOPPED, Ending.STOPPED)
        except AuthRejected as refused:
            return Outcome(PassState.FAILED, Ending.AUTH_REJECTED, refused.code)
        except Unavailable as away:
            return Outcome(PassState.FAILED, Ending.UNAVAILABLE, away.code, away.retry_after)
        except (JiraError, VaultError) as trouble:
            return Outcome(PassState.FAILED, Ending.UNEXPECTED, trouble.code)

    async def _steps(self) -> Outcome:
        loaded = await sync_to_async(load)(self._claim)
        client = client_for(loaded.connection, loaded.token, self._transport, self.calls)
        me = await client.myself()
        if me.account_id != loaded.connection.account_id:
            return Outcome(PassState.FAILED, Ending.AUTH_REJECTED, "account_differs")
        complete = await _Reading(self, client, loaded).run() if loaded.picked else True
        if complete:
            return Outcome(PassState.COMPLETE, Ending.FINE)
        return Outcome(PassState.PARTIAL, Ending.UNEXPECTED, "listing_incomplete")

    async def apply(
        self, connection: Connection, view: RemoteView, refused: Sequence[Refusal], imported: frozenset[str]
    ) -> None:
        """Reconcile a view and write what follows.

        Raises:
            StoppedError: the person asked to stop; what was decided so far is written.
            LeaseLostError: the claim is gone; nothing was written.
        """
        held = await sync_to_async(held_for)(connection, view)
        stop = await sync_to_async(apply)(
            self._claim,
            self._receipt.pk,
            reconcile(view, held, imported),
            now=self._clock(),
            calls=self.calls.take(),
            put_aside=[each.note() for each in refused],
        )
        if stop:
            raise StoppedError

    @property
    def is_import(self) -> bool:
        """Whether this pass reads everything whole."""
        return self._receipt.is_import


class _Reading:
    """List, fetch and apply, for one connection with its picked projects."""

    def __init__(self, run: PassRun, client: JiraClient, loaded: Loaded) -> None:
        self._run = run
        self._client = client
        self._connection = loaded.connection
        self._index = loaded.index
        self._picked = loaded.picked
        self._read = Reader(loaded.points, loaded.styles)
        self._sub_tasks: list[Issue] = []
        self._open = {issue_id for issue_id, known in loaded.index.items() if known.open}

    async def run(self) -> bool:
        """Read all there is to read; returns whether the list was whole."""
        listing = await (self._import() if self._run.is_import else self._poll())
        for chunk in _chunks(self._sub_tasks, FETCH_CHUNK):
            await self._apply(chunk)
        if listing.complete:
            await self._fetch(self._vanished(listing.seen), why="issues that left your list", absence=True)
        return listing.complete

    async def _import(self) -> Listing:
        """List with all fields and apply page by page."""
        listing = Listing()
        pages = self._client.search(
            jql.assigned_open(self._picked), self._read.fields, why="your open issues"
        )
        async for page in pages:
            issues, refused = self._read.page(page)
            listing.seen |= {each.issue_id for each in issues} | {each.issue_id for each in refused}
            listing.complete = page.complete
            await self._apply(self._deferring(issues), refused)
        return listing

    async def _poll(self) -> Listing:
        """List only versions, then fetch what is new, changed, or may have changed without a sign."""
        listing = Listing()
        async for page in self._client.search(
            jql.assigned_open(self._picked), ("updated",), why="which open issues are yours"
        ):
            versions = self._read.versions(page)
            listing.seen |= versions.keys()
            listing.changed += [each for each, version in versions.items() if self._is_news(each, version)]
            listing.complete = page.complete
        await self._fetch(listing.changed, why="your changed issues")
        return listing

    def _is_news(self, issue_id: str, version: datetime | None) -> bool:
        known = self._index.get(issue_id)
        if known is None:
            return issue_id not in self._on_checklists()
        changed = version is None or known.version is None or version > known.version
        # A sub-task's change need not touch its parent, so a task with open lines is always read again.
        return changed or known.has_open_lines or known.presence is not Presence.CURRENT

    def _on_checklists(self) -> frozenset[str]:
        """Ids of sub-tasks whose home is a checklist here."""
        return frozenset(line for known in self._index.values() if known.open for line in known.lines)

    def _vanished(self, seen: set[str]) -> list[str]:
        return [
            issue_id
            for issue_id, known in self._index.items()
            if self._is_ours(known) and issue_id not in seen
        ]

    def _is_ours(self, known: Known) -> bool:
        return (
            known.connection_id == self._connection.pk
            and known.open
            and known.presence is Presence.CURRENT
            and known.project_id in self._picked
        )

    async def _fetch(self, issue_ids: Sequence[str], *, why: str, absence: bool = False) -> None:
        """Read issues by id, consistently, and apply them; with `absence`, what does not answer is not ours any more."""
        for chunk in _chunks(issue_ids, FETCH_CHUNK):
            found: list[Issue] = []
            refused: list[Refusal] = []
            whole = True
            async for page in self._client.search(
                jql.assigned_ids(chunk),
                self._read.fields,
                why=why,
                reconcile=tuple(int(each) for each in chunk),
            ):
                issues, unreadable = self._read.page(page)
                found += issues
                refused += unreadable
                whole = page.complete
            answered = {each.issue_id for each in found} | {each.issue_id for each in refused}
            gone = frozenset(chunk) - answered if absence and whole else frozenset()
            await self._apply(found if absence else self._deferring(found), refused, gone)

    def _deferring(self, issues: Sequence[Issue]) -> list[Issue]:
        """The issues that can be applied now; sub-tasks wait until it is known which parents are imported."""
        parents = [each for each in issues if not each.is_subtask]
        self._sub_tasks += [each for each in issues if each.is_subtask]
        self._open |= {each.issue_id for each in parents if each.category is not Category.DONE}
        return parents

    async def _apply(
        self, issues: Sequence[Issue], refused: Sequence[Refusal] = (), absent: frozenset[str] = frozenset()
    ) -> None:
        await self._run.apply(
            self._connection, RemoteView(tuple(issues), absent), refused, frozenset(self._open)
        )


def _chunks(items: Sequence[T], size: int) -> list[Sequence[T]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
