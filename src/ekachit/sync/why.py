"""Finding out why an issue is not here: in what we hold first, then at Jira, and only about the person's own issues."""

from __future__ import annotations

from dataclasses import dataclass

from asgiref.sync import async_to_sync
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.utils import timezone

from ekachit.connections.credentials import sealed_token
from ekachit.connections.errors import ConnectError
from ekachit.connections.ledger import file_calls
from ekachit.connections.models import Connection, Project, State
from ekachit.connections.reach import CallLog, client_for
from ekachit.connections.way_out import way_out
from ekachit.domain.sync.status import Category, category_of
from ekachit.domain.sync.why import (
    Answer,
    Home,
    Local,
    ProjectIs,
    Reason,
    Said,
    first_reason,
    known_reason,
    likely_reason,
    parse_key,
)
from ekachit.jira import jql
from ekachit.jira.errors import AuthRejected, JiraError, Refused, Unavailable
from ekachit.jira.transport import AiohttpTransport, TokenSource
from ekachit.jira.wire import Issue, SearchPage
from ekachit.sync.actions import sync_now
from ekachit.sync.holds import seconds_held
from ekachit.sync.models import Link, Presence, PutAside
from ekachit.tasks.models import ChecklistItem, Status
from ekachit.vault.errors import VaultError

# Enough to tell which rule keeps an issue out, and no text of it.
FIELDS = ("status", "project", "issuetype", "parent")
_NOTHING_THERE = frozenset({400, 404})
_SHOWN = 40
_WHY_NOT_ASKED = {
    State.NEEDS_TOKEN: "token_rejected",
    State.PAUSED: "plan",
    State.DISCONNECTED: "not_connected",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """The first rule that keeps an issue out, and what the words for it need.

    `key` is the issue's present one, or what was typed. `link` is the issue's own, or that of its parent;
    `project` the key of its project; `detail` why the issue cannot be read, in English.
    """

    reason: Reason
    key: str
    link: Link | None = None
    project: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Held:
    """Where we hold an issue."""

    home: Home = Home.NOWHERE
    link: Link | None = None
    detail: str = ""


def why_not_here(connection: Connection, typed: str) -> Finding:
    """Return the first rule that keeps an issue out; Jira is asked where we cannot know.

    Raises:
        ConnectError: Jira would have to be asked and cannot be, or did not answer.
    """
    key = parse_key(typed)
    if key is None:
        return Finding(Reason.NOT_A_KEY, typed.strip()[:_SHOWN])
    held = _held_by_key(connection, key)
    local = Local(
        key, held.home, _project_is(Project.objects.filter(connection=connection, key=_project_of(key)))
    )
    reason = known_reason(local)
    if reason is None:
        try:
            return _asked(connection, key)
        except ConnectError:
            reason = likely_reason(local)
            if reason is None:
                raise
    return Finding(reason, key, held.link, _project_of(key), held.detail)


def _asked(connection: Connection, key: str) -> Finding:
    """The reason by Jira's answer.

    Raises:
        ConnectError: as `why_not_here`.
    """
    page = _ask(connection, key)
    if page is None:
        return Finding(Reason.NOT_VISIBLE, key, project=_project_of(key))
    if not page.issues:
        said = Said.UNREADABLE if page.unreadable else Said.NOT_YOURS
        detail = page.unreadable[0].reason if page.unreadable else ""
        return Finding(first_reason(Local(key), Answer(said)), key, project=_project_of(key), detail=detail)
    issue = page.issues[0]
    held, parent = _held_by_id(connection, issue), _parent_of(connection, issue)
    answer = Answer(
        Said.YOURS,
        _project_is(
            Project.objects.filter(connection=connection, project_id=issue.project_id or "", seen=True)
        ),
        done=_is_done(issue),
        on_checklist=parent is not None,
    )
    reason = first_reason(Local(issue.key, held.home), answer)
    link = parent if reason is Reason.ON_CHECKLIST else held.link
    return Finding(reason, issue.key, link, _project_of(issue.key), held.detail)


def _held_by_key(connection: Connection, key: str) -> _Held:
    links = _links(connection).filter(key=key)
    # Keys are labels: of two links with this one, that which is in the person's list has it now.
    if link := links.order_by("presence", "-id").first():
        return _held(link)
    lines = ChecklistItem.objects.filter(label=key, task__in=_links(connection).values("task"))
    if line := lines.exclude(task__status=Status.DONE).first():
        return _Held(Home.CHECKLIST, _links(connection).get(task=line.task_id))
    return _put_aside(PutAside.objects.filter(connection=connection, key=key).first())


def _held_by_id(connection: Connection, issue: Issue) -> _Held:
    if link := _links(connection).filter(issue_id=issue.id).first():
        return _held(link)
    return _put_aside(PutAside.objects.filter(connection=connection, issue_id=issue.id).first())


def _parent_of(connection: Connection, issue: Issue) -> Link | None:
    """The parent's link where a sub-task's home is its checklist."""
    kind, parent = issue.fields.issuetype, issue.fields.parent
    if parent is None or kind is None or not kind.subtask:
        return None
    return _links(connection).filter(issue_id=parent.id).exclude(task__status=Status.DONE).first()


def _links(connection: Connection) -> QuerySet[Link]:
    """The person's links with this site, whichever connection made them."""
    tied_by = (connection.cloud_id, connection.site)
    rows = Link.objects.filter(user_id=connection.user_id, cloud_id__in=tied_by)
    return rows.select_related("task", "connection")


def _held(link: Link) -> _Held:
    if link.presence == Presence.GONE:
        return _Held(Home.GONE_TASK, link)
    if link.presence == Presence.NOT_PICKED:
        return _Held(Home.UNPICKED_TASK, link)
    return _Held(Home.DONE_TASK if link.task.status == Status.DONE else Home.OPEN_TASK, link)


def _put_aside(row: PutAside | None) -> _Held:
    return _Held() if row is None else _Held(Home.PUT_ASIDE, detail=row.reason)


def _project_is(rows: QuerySet[Project]) -> ProjectIs:
    picked = set(rows.values_list("picked", flat=True))
    if not picked:
        return ProjectIs.UNKNOWN
    return ProjectIs.PICKED if True in picked else ProjectIs.NOT_PICKED


def _project_of(key: str) -> str:
    return key.rpartition("-")[0]


def _is_done(issue: Issue) -> bool:
    status = issue.fields.status
    category = status.status_category if status else None
    return category is not None and category_of(category.key, category.id) is Category.DONE


def _ask(connection: Connection, key: str) -> SearchPage | None:
    """The answer to the question for the person's own issue of this key; None where there is none to be seen.

    Every request is filed in the access ledger, whatever came of it.

    Raises:
        ConnectError: Jira cannot be asked, or did not answer.
    """
    token = _token(connection)
    log = CallLog()
    try:
        return async_to_sync(_search)(connection, token, log, key)
    except Refused as refused:
        if refused.status in _NOTHING_THERE:
            return None
        raise ConnectError(refused.code) from None
    except AuthRejected as refused:
        # Whether the token has ended is for a pass to prove; it is due at once.
        sync_now(connection)
        raise ConnectError(refused.code) from None
    except JiraError as trouble:
        wait = trouble.retry_after if isinstance(trouble, Unavailable) else None
        raise ConnectError(trouble.code, wait_seconds=wait) from None
    finally:
        file_calls(connection, log.take())


def _token(connection: Connection) -> TokenSource:
    """The sealed token of a connection that may ask now.

    Raises:
        ConnectError: it may not.
    """
    state = State(connection.state)
    if state is not State.CONNECTED:
        raise ConnectError(_WHY_NOT_ASKED[state])
    wait = seconds_held(connection.site, timezone.now())
    if wait:
        raise ConnectError("rate_limited", wait_seconds=wait)
    try:
        return sealed_token(connection)
    except VaultError as trouble:
        raise ConnectError(trouble.code) from None
    except ObjectDoesNotExist:
        raise ConnectError("not_connected") from None


async def _search(connection: Connection, token: TokenSource, log: CallLog, key: str) -> SearchPage:
    async with AiohttpTransport(way_out()) as transport:
        client = client_for(connection, token, transport, log)
        if (await client.myself()).account_id != connection.account_id:
            raise AuthRejected("account_differs")
        query = jql.assigned_key(key)
        pages = [page async for page in client.search(query, FIELDS, why="why an issue is not here")]
        return pages[0]
