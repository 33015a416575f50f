"""Searching: a bounded JQL query in, a page of issues and the token of the next one out.

A query is parsed and evaluated once for each version of the world; its pages come from that list.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import msgspec

from ekachit.sandbox.criteria import ALIASES, DATES, Asker, Criteria, Test
from ekachit.sandbox.index import View
from ekachit.sandbox.jql import Clause, Every, JqlError, Negation, Node, Query, Some, parse
from ekachit.sandbox.site import Account, Issue
from ekachit.sandbox.world import World

UNBOUNDED: Final = (
    "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
)
SortValue = tuple[int, str | int | tuple[str, int]]
REMEMBERED: Final = 64
"""Answers kept at once: pages of one search, and of a few askers, come one after the other."""


LOOPED: Final = re.compile(r"loop-[a-z0-9]+-")
"""How a token begins that a fault has made; Jira's own may follow."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a search; `token` None on the last one."""

    issues: list[Issue]
    token: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A search: the query, who asks, what the index shows (None: the present), places to slip by."""

    jql: str
    account: Account | None
    view: View | None = None
    shift: int = 0


class BadTokenError(ValueError):
    """A page token that is not one of ours, or belongs to another query."""


class Searches:
    """The searches of one world, with the last answers remembered."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._answers: OrderedDict[tuple[str, str], tuple[int, list[Issue]]] = OrderedDict()
        self._shapes: dict[tuple[object, ...], dict[int, msgspec.Raw]] = {}
        self._shapes_of = -1

    def page(self, wanted: Wanted, size: int, token: str | None) -> Page:
        """The first page of a query (`token` None), or the next. Raises `JqlError`, `BadTokenError`."""
        found = self.found(wanted)
        token = LOOPED.sub("", token, count=1) if token else None
        start = 0
        if token:
            start = _start(token, [issue.id for issue in found], _fingerprint(wanted.jql))
            start = max(0, start + wanted.shift)
        part = found[start : start + size]
        more = bool(part) and start + size < len(found)
        following = _token(_fingerprint(wanted.jql), start + size, part[-1].id) if more else None
        return Page(part, following)

    def shapes(self, *like: object) -> dict[int, msgspec.Raw]:
        """The JSON of issues by id, as it was made for answers `like` this one since the world last changed."""
        if self._shapes_of != self.world.version:
            self._shapes.clear()
            self._shapes_of = self.world.version
        return self._shapes.setdefault(like, {})

    def count(self, wanted: Wanted) -> int:
        """How many issues a query finds. Raises `JqlError`."""
        return len(self.found(wanted))

    def found(self, wanted: Wanted) -> list[Issue]:
        """All issues a query finds, in order; remembered until the world changes."""
        asked = (wanted.jql, wanted.account.account_id if wanted.account else "")
        known = self._answers.get(asked)
        if known is not None and known[0] == self.world.version and wanted.view is None:
            return known[1]
        query = parse(wanted.jql)
        if query.where is None:
            raise JqlError(UNBOUNDED)
        found = self._evaluate(query, query.where, wanted)
        if wanted.view is None and not _depends_on_time(query.where):
            self._answers[asked] = (self.world.version, found)
            while len(self._answers) > REMEMBERED:
                self._answers.popitem(last=False)
        return found

    def _evaluate(self, query: Query, where: Node, wanted: Wanted) -> list[Issue]:
        account = wanted.account
        criteria = Criteria(self.world, Asker(account, self.world.now()))
        order = [
            (_sort_key(self.world, ALIASES.get(name, name)), descending) for name, descending in query.order
        ]
        holds = _compile(where, criteria)
        world = self.world
        live = {project.id for project in world.projects.values() if not project.archived}
        found = [
            issue
            for issue in self._candidates(where, account, wanted.view)
            if holds(issue) and issue.project_id in live and world.sees(account, issue)
        ]
        found.sort(key=lambda issue: -issue.id)
        for sort_key, descending in reversed(order):
            found.sort(key=sort_key, reverse=descending)
        return found

    def _candidates(self, where: Node, account: Account | None, view: View | None) -> list[Issue]:
        """The issues worth testing: only the asker's own when the query is restricted to them."""
        parts = where.parts if isinstance(where, Every) else (where,)
        mine = any(
            isinstance(part, Clause)
            and (part.field, part.operator) == ("assignee", "=")
            and part.operands[0].text == "currentuser"
            for part in parts
        )
        issues = self.world.issues
        if not mine:
            now: Iterable[Issue] = issues.values()
        else:
            own = self.world.assigned.get(account.account_id, set()) if account else set()
            now = (issues[issue_id] for issue_id in own)
        if view is None:
            return list(now)
        present = [issue for issue in now if issue.id not in view.past]
        return present + [issue for issue in view.past.values() if issue is not None]


def _sort_key(world: World, name: str) -> Callable[[Issue], SortValue]:
    """How issues sort by a field: (1, value), or (0, ...) before all others when there is none."""
    if name in DATES:
        read = DATES[name]
        return lambda issue: (0, 0) if (moment := read(issue)) is None else (1, moment)
    ranks: dict[str | None, int] = {key: -place for place, key in enumerate(world.priorities)}
    people = {account.account_id: account.name for account in world.accounts.values()}
    keys: dict[str, Callable[[Issue], SortValue]] = {
        "issue": lambda issue: (1, issue.order),
        "rank": lambda issue: (1, issue.id),
        "priority": lambda issue: (int(issue.priority_id in ranks), ranks.get(issue.priority_id, 0)),
        "project": lambda issue: (1, world.projects[issue.project_id].name),
        "assignee": lambda issue: (int(issue.assignee is not None), people.get(issue.assignee or "", "")),
        "status": lambda issue: (1, issue.status_id),
        "issuetype": lambda issue: (1, issue.type_id),
        "summary": lambda issue: (1, issue.summary.casefold()),
        "resolution": lambda issue: (1, issue.resolution_id or ""),
        "statuscategory": lambda issue: (1, world.category(issue)),
    }
    if name not in keys:
        raise JqlError(f"Not able to sort using field '{name}'.")
    return keys[name]


def _compile(node: Node, criteria: Criteria) -> Test:
    """One test for the whole tree; every clause is checked, also those that a short circuit would skip."""
    if isinstance(node, Clause):
        return criteria.test(node)
    if isinstance(node, Negation):
        inner = _compile(node.part, criteria)
        return lambda issue: not inner(issue)
    tests = [_compile(part, criteria) for part in node.parts]
    if isinstance(node, Some):
        return lambda issue: any(test(issue) for test in tests)
    if len(tests) == 2:  # noqa: PLR2004 - two is the common case, and the loop costs as much as the tests
        first, second = tests
        return lambda issue: first(issue) and second(issue)
    if len(tests) == 3:  # noqa: PLR2004 - and three is what a listing of one's own issues has
        one, two, three = tests
        return lambda issue: one(issue) and two(issue) and three(issue)
    return lambda issue: all(test(issue) for test in tests)


def clauses(node: Node) -> list[Clause]:
    """Every clause of a tree."""
    if isinstance(node, Clause):
        return [node]
    if isinstance(node, Negation):
        return clauses(node.part)
    return [clause for part in node.parts for clause in clauses(part)]


def _depends_on_time(node: Node) -> bool:
    return any(ALIASES.get(clause.field, clause.field) in DATES for clause in clauses(node))


def _fingerprint(jql: str) -> str:
    return hashlib.sha256(jql.encode()).hexdigest()[:12]


def _token(fingerprint: str, place: int, last: int) -> str:
    """An opaque token: the query it belongs to, the place reached, and the last issue shown."""
    return base64.urlsafe_b64encode(json.dumps([fingerprint, place, last]).encode()).decode()


def _start(token: str, ids: list[int], fingerprint: str) -> int:
    """Where the next page begins: after the last issue shown, or at the same place if that has gone."""
    try:
        of_query, place, last = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, TypeError, binascii.Error) as error:
        raise BadTokenError("The provided next page token is invalid or has expired.") from error
    if of_query != fingerprint or not isinstance(place, int) or not isinstance(last, int):
        raise BadTokenError("The provided next page token is invalid or has expired.")
    return ids.index(last) + 1 if last in ids else max(0, min(place, len(ids)))
