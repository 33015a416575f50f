"""What a change to a site is: one moment, one entry of the journal, and what it leaves behind.

Behind every change of a status stays an entry of `history`, and behind every transition asked for through the
REST API one of `received`: they are the truth that a test compares a client's belief with.
"""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from ekachit.sandbox import catalogue
from ekachit.sandbox.catalogue import Status
from ekachit.sandbox.index import Index
from ekachit.sandbox.site import Issue, Site

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
Changing = TypeVar("Changing", bound="ChangingSite")

API: Final = "api"
COLLEAGUE: Final = "colleague"
AUTOMATION: Final = "automation"


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A status that changed: the status ids, names and category keys before and after.

    `by` is an account id, None for somebody; `via` is api, colleague or automation.
    """

    number: int
    moment: int
    issue_id: int
    before: str
    after: str
    names: tuple[str, str]
    categories: tuple[str, str]
    by: str | None
    via: str


@dataclass(frozen=True, slots=True)
class Received:
    """A transition that was asked for through the REST API, whatever came of it.

    `before` and `after` are the status category keys round it, None where there is no such issue; `status` is
    what Jira answered, None when a fault kept the request from it. `request` is the request's number.
    """

    request: int
    moment: int
    ref: str
    issue_id: int | None
    account_id: str | None
    transition: str
    before: str | None
    after: str | None
    before_status: str | None
    after_status: str | None
    status: int | None

    @property
    def applied(self) -> bool:
        """Whether Jira made the transition."""
        return self.status == 204  # noqa: PLR2004 - No Content


class ChangingSite(Site):
    """A site that remembers how its issues came to be as they are."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.index = Index()
        super().__init__(*args, **kwargs)

    def _clear(self) -> None:
        super()._clear()
        self.index.catch_up()
        self.history: defaultdict[int, list[StatusChange]] = defaultdict(list)
        self.received: list[Received] = []
        self._changes = 0

    def status_category(self, ref: str | int) -> str:
        """The key of an issue's status category, as it truly is. Raises `AbsentError`."""
        return self.category(self.issue(ref))

    def assigned_ids(self, account: str, *, open_only: bool = False) -> set[int]:
        """The ids of the issues that are truly somebody's and that they can see. Raises `AbsentError`."""
        who = self.account(account)
        mine = (self.issues[issue_id] for issue_id in self.assigned[who.account_id])
        return {
            issue.id
            for issue in mine
            if self.sees(who, issue)
            and not self.projects[issue.project_id].archived
            and not (open_only and self.category(issue) == catalogue.DONE)
        }

    def received_for(self, ref: str | int) -> list[Received]:
        """The transitions asked for through the REST API for one issue. Raises `AbsentError`."""
        wanted = self.issue(ref).id
        return [each for each in self.received if each.issue_id == wanted]

    def _changing(self, issue: Issue) -> Issue:
        """Call this before an issue is changed, so that a lagging index can still show how it was."""
        self.index.before(issue.id, issue, self.moment or self.now(), self.version)
        return issue

    def _touch(self, issue: Issue) -> None:
        """Move `updated` on, always: a client that compares tags must never miss a change."""
        moment = self.now() if self.moment is None else self.moment
        issue.updated = max(moment, issue.updated + 1)

    def _set_status(self, issue: Issue, status: Status, by: str | None = None, via: str = COLLEAGUE) -> None:
        before = self.statuses[issue.status_id]
        issue.status_id = status.id
        self._note_status(issue, before, by, via)
        if not self.workflow(issue).sets_resolution:
            return
        if status.category != catalogue.DONE:
            issue.resolution_id = issue.resolved = None
        elif issue.resolution_id is None:
            self._resolve(issue, catalogue.RESOLUTIONS[0].id)

    def _note_status(self, issue: Issue, before: Status, by: str | None = None, via: str = COLLEAGUE) -> None:
        """Keep the truth about an issue's status that was `before` and may have changed."""
        after = self.statuses[issue.status_id]
        if after.id == before.id:
            return
        moment = self.moment or self.now()
        if after.category != before.category:
            issue.category_changed = moment
        self._changes += 1
        self.history[issue.id].append(
            StatusChange(
                self._changes,
                moment,
                issue.id,
                before.id,
                after.id,
                (before.name, after.name),
                (before.category, after.category),
                by,
                via,
            )
        )

    def _resolve(self, issue: Issue, resolution_id: str) -> None:
        issue.resolution_id, issue.resolved = resolution_id, self.moment or self.now()


def journaled(
    method: Callable[Concatenate[Changing, Parameters], Result],
) -> Callable[Concatenate[Changing, Parameters], Result]:
    """Make a method one change: under the lock, at one moment, told to the journal once done.

    A change made inside another is part of it and is not told apart.
    """
    signature = inspect.signature(method)

    @wraps(method)
    def change(site: Changing, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        with site.lock:
            if site.moment is not None:
                return method(site, *args, **kwargs)
            site.moment = site.now()
            try:
                result = method(site, *args, **kwargs)
                if site.journal is not None:
                    given = dict(signature.bind(site, *args, **kwargs).arguments)
                    given.pop("self")
                    given |= given.pop("changes", {})
                    site.journal({"at": site.moment, "do": method.__name__, **given})
            finally:
                site.moment = None
                site.version += 1
            return result

    return change
