"""A Jira site: its people, tokens, projects, workflows and issues, and how to find one's way among them.

Times are whole milliseconds since 1970 (UTC) from an injectable clock. An issue's id never changes; its key
does when it moves, and the old key keeps finding it. `world` adds what changes a site.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

from ekachit.sandbox import catalogue
from ekachit.sandbox.catalogue import Field, IssueType, Named, Status
from ekachit.sandbox.workflow import Transition, Workflow

Clock = Callable[[], int]
Journal = Callable[[dict[str, object]], None]

ALL_SCOPES: Final = frozenset({"read:jira-user", "read:jira-work", "write:jira-work"})
FIRST_ISSUE_ID: Final = 10001


class AbsentError(LookupError):
    """The world holds no such issue, project, person, status or token; the text says which."""


@dataclass(slots=True)
class Account:
    """A person of the site. `jira_access` False: they sign in at Atlassian but Jira turns them away."""

    account_id: str
    email: str
    name: str
    time_zone: str = "Europe/Berlin"
    locale: str = "en_US"
    jira_access: bool = True
    email_public: bool = True


@dataclass(slots=True)
class Token:
    """An API token. `scopes` None: one of the older kind, good at the site's own address only."""

    secret: str
    account_id: str
    scopes: frozenset[str] | None = None
    revoked: bool = False


@dataclass(slots=True)
class Project:
    """A project. `points` are the point fields on its screens, the one in use first.

    `browsable` False: people see that it exists, not its issues. `members` None: everybody may see it.
    """

    id: int
    key: str
    name: str
    workflow: str
    style: str = "classic"
    points: tuple[str, ...] = (catalogue.POINTS_FIELD,)
    types: tuple[str, ...] = tuple(kind.id for kind in catalogue.ISSUE_TYPES)
    lead: str | None = None
    archived: bool = False
    browsable: bool = True
    members: frozenset[str] | None = None
    last_number: int = 0

    @property
    def subtask_type(self) -> str:
        """The id of the type a sub-task gets in this project."""
        return catalogue.SUBTASK


@dataclass(slots=True)
class Issue:
    """An issue. `points` is the value of its project's point field, None when nobody has set it."""

    id: int
    key: str
    project_id: int
    type_id: str
    status_id: str
    summary: str
    priority_id: str | None = None
    assignee: str | None = None
    reporter: str | None = None
    parent_id: int | None = None
    resolution_id: str | None = None
    points: float | None = None
    created: int = 0
    updated: int = 0
    resolved: int | None = None
    category_changed: int = 0
    hidden: bool = False
    labels: tuple[str, ...] = ()
    description: str = ""
    order: tuple[str, int] = field(default=("", 0))
    """The key in its natural order: ("PAY", 2) comes before ("PAY", 10)."""


def key_order(key: str) -> tuple[str, int]:
    """A sort key that puts PAY-2 before PAY-10."""
    project, _, number = key.rpartition("-")
    return (project, int(number)) if number.isdigit() else (key, 0)


def system_clock() -> int:
    """Now, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class Site:
    """A Jira site. `fill` puts the people, projects and issues in; `reset` empties it and calls it again."""

    def __init__(  # noqa: PLR0913 - all but one by name
        self,
        fill: Callable[[Site], None],
        *,
        clock: Clock = system_clock,
        time_zone: str = "Europe/Berlin",
        title: str = "Jira",
        open_sign_in: bool = False,
        seed: int = 0,
    ) -> None:
        self.clock = clock
        self.time_zone = time_zone
        self.title = title
        self.open_sign_in = open_sign_in
        """Whether any token that does not begin with `bad` signs an account in (worlds made from files)."""
        self.seed = seed
        """What decides by chance in this world (its faults) starts from here."""
        self.skew_ms = 0
        """How far the site's clock is ahead of `clock`."""
        self.cloud_id = "5f1e9c1a-2b7d-4e0a-9c55-0d1b6c6f7a10"
        self.strict_ids = True
        """Whether JQL that names an issue id or key nobody can see is refused as a whole (400)."""
        self.zone = ZoneInfo(time_zone)
        self.latency_ms = 0.0
        self.lock = threading.RLock()
        self.journal: Journal | None = None
        self.moment: int | None = None
        self.version = 0
        """Rises with every change: what was computed from an older version is stale."""
        self._fill = fill
        self._clear()
        fill(self)

    def _clear(self) -> None:
        self.accounts: dict[str, Account] = {}
        self._by_email: dict[str, Account] = {}
        self.tokens: dict[str, Token] = {}
        self.projects: dict[int, Project] = {}
        self.workflows: dict[str, Workflow] = {}
        self.statuses: dict[str, Status] = {}
        self.fields: tuple[Field, ...] = catalogue.SYSTEM_FIELDS
        self.priorities: dict[str, Named] = {entry.id: entry for entry in catalogue.PRIORITIES}
        self.resolutions: dict[str, Named] = {entry.id: entry for entry in catalogue.RESOLUTIONS}
        self.types: dict[str, IssueType] = {entry.id: entry for entry in catalogue.ISSUE_TYPES}
        self.issues: dict[int, Issue] = {}
        self.ids_by_key: dict[str, int] = {}
        self.assigned: defaultdict[str | None, set[int]] = defaultdict(set)
        self.children: defaultdict[int, list[int]] = defaultdict(list)
        self._next_id = FIRST_ISSUE_ID

    # Reading

    def now(self) -> int:
        """The site's own time, in milliseconds since 1970."""
        return self.clock() + self.skew_ms

    def issue(self, ref: str | int) -> Issue:
        """The issue with this id or key, also a key it had before a move. Raises `AbsentError`."""
        text = str(ref)
        issue_id = int(text) if text.isdigit() else self.ids_by_key.get(text.upper())
        found = None if issue_id is None else self.issues.get(issue_id)
        if found is None:
            raise AbsentError(f"No issue {ref}")
        return found

    def project(self, ref: str | int) -> Project:
        """The project with this id, key or name. Raises `AbsentError`."""
        text = str(ref)
        if text.isdigit() and int(text) in self.projects:
            return self.projects[int(text)]
        wanted = text.casefold()
        for project in self.projects.values():
            if wanted in {project.key.casefold(), project.name.casefold()}:
                return project
        raise AbsentError(f"No project {ref}")

    def account(self, ref: str) -> Account:
        """The account with this account id, e-mail address or name. Raises `AbsentError`."""
        found = self.accounts.get(ref) or self._by_email.get(ref)
        if found is not None:
            return found
        wanted = ref.casefold()
        for account in self.accounts.values():
            if wanted in {account.email.casefold(), account.name.casefold()}:
                return account
        raise AbsentError(f"No account {ref}")

    def sees_project(self, account: Account | None, project: Project) -> bool:
        """Whether the account (None: nobody signed in) may know of the project."""
        return account is not None and (project.members is None or account.account_id in project.members)

    def sees(self, account: Account | None, issue: Issue) -> bool:
        """Whether the account may read the issue."""
        project = self.projects[issue.project_id]
        return not issue.hidden and project.browsable and self.sees_project(account, project)

    def category(self, issue: Issue) -> str:
        """The key of the issue's status category."""
        return self.statuses[issue.status_id].category

    def workflow(self, issue: Issue) -> Workflow:
        """The workflow that the issue's project uses."""
        return self.workflows[self.projects[issue.project_id].workflow]

    def subtasks(self, issue: Issue) -> list[Issue]:
        """The issue's sub-tasks in Jira's order; an epic's stories are not among them."""
        children = (self.issues[child] for child in self.children.get(issue.id, ()))
        return [child for child in children if self.types[child.type_id].level < 0]

    def transitions(self, issue: Issue) -> list[Transition]:
        """The transitions offered now; none in an archived project, which is read-only."""
        if self.projects[issue.project_id].archived:
            return []
        return self.workflow(issue).available(issue.status_id)

    def status_named(self, name: str, issue: Issue) -> Status:
        """The status of the issue's workflow with this id or name. Raises `AbsentError`."""
        for status_id in self.workflow(issue).statuses:
            status = self.statuses[status_id]
            if name in {status.id, status.name}:
                return status
        raise AbsentError(f"No status {name} in the workflow of {issue.key}")

    # Filling: `fill` builds a world with these; they are not changes and are not told to the journal

    def add_project(self, project: Project) -> Project:
        """Put a project in."""
        self.projects[project.id] = project
        return project

    def add_account(self, account: Account, *tokens: Token) -> Account:
        """Put a person in, with their API tokens."""
        self.accounts[account.account_id] = account
        self._by_email[account.email] = account
        self.tokens.update({token.secret: token for token in tokens})
        return account

    def add_workflow(self, workflow: Workflow, statuses: list[Status]) -> None:
        """Put a workflow in, with its statuses."""
        self.workflows[workflow.name] = workflow
        self.statuses.update({status.id: status for status in statuses})

    def next_id(self) -> int:
        """The next free issue id."""
        return self._next_id

    def add_issue(self, issue: Issue) -> Issue:
        """Put an issue in and index it."""
        issue.order = key_order(issue.key)
        self.issues[issue.id] = issue
        self.ids_by_key[issue.key] = issue.id
        self.assigned[issue.assignee].add(issue.id)
        if issue.parent_id is not None:
            self.children[issue.parent_id].append(issue.id)
        project = self.projects[issue.project_id]
        project.last_number = max(project.last_number, issue.order[1])
        self._next_id = max(self._next_id, issue.id + 1)
        return issue

    def rekey(self, issue: Issue, home: Project) -> None:
        """Give an issue the next key of a project, and a status of the same category. The old key stays."""
        category = self.category(issue)
        home.last_number += 1
        issue.project_id = home.id
        issue.key = f"{home.key}-{home.last_number}"
        issue.order = key_order(issue.key)
        self.ids_by_key[issue.key] = issue.id
        choices = self.workflows[home.workflow].statuses
        if issue.status_id not in choices:
            fitting = (status for status in choices if self.statuses[status].category == category)
            issue.status_id = next(fitting, choices[0])
