"""From Jira's wire shapes to the values that reconcile works on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ekachit.domain.sync.priority import priority_rank
from ekachit.domain.sync.state import Issue, Subtask
from ekachit.domain.sync.status import Category, category_of, task_status
from ekachit.jira.points import PointsFields, points_of
from ekachit.jira.wire import Issue as WireIssue
from ekachit.jira.wire import IssueRef, Priority, SearchPage, Unreadable
from ekachit.jira.wire_workflow import Status

# What a task is made of (`design`, Map); the fields that hold points go with them.
FIELDS = ("summary", "status", "priority", "issuetype", "project", "parent", "subtasks", "updated")


@dataclass(frozen=True, slots=True)
class Refusal:
    """An issue that is put aside because it cannot be read. `issue_id` is empty where not even that is known."""

    issue_id: str
    key: str
    reason: str

    def note(self) -> dict[str, object]:
        """Return it as the receipt's note."""
        return {"key": self.key or self.issue_id, "id": self.issue_id, "unreadable": self.reason}


@dataclass(frozen=True, slots=True)
class Reading:
    """How a project is read: its style (`classic` or `next-gen`), and the statuses that count as another category.

    Where the person chose "Ready for release" as what done means here, an issue in that status is done.
    `points_field` is the one field to look at for points, empty for Jira's standard ones.
    """

    style: str = ""
    points_field: str = ""
    counts_as: Mapping[str, Category] = field(default_factory=dict)


_PLAIN = Reading()


class Reader:
    """Reads pages of a site: knows which fields hold points, and how each project is read."""

    def __init__(self, points: PointsFields, projects: Mapping[str, Reading]) -> None:
        self._points = points
        self._projects = projects
        # A page of a hundred issues has a handful of different ones.
        self._categories: dict[tuple[str, Status], Category] = {}
        self._priorities: dict[Priority, tuple[str, int | None]] = {}
        chosen = [each.points_field for each in projects.values() if each.points_field]
        self.fields: tuple[str, ...] = tuple(dict.fromkeys((*FIELDS, *points.ids, *chosen)))

    def page(self, page: SearchPage) -> tuple[list[Issue], list[Refusal]]:
        """Return the page's issues, and those that have to be put aside."""
        issues: list[Issue] = []
        refused = [_refused(each) for each in page.unreadable]
        for each in page.issues:
            read = self.issue(each)
            if isinstance(read, Refusal):
                refused.append(read)
            else:
                issues.append(read)
        return issues, refused

    def versions(self, page: SearchPage) -> dict[str, datetime | None]:
        """Return the version of each issue of a page, by id; None where it cannot be read."""
        versions: dict[str, datetime | None] = {each.id: each.updated for each in page.issues}
        versions.update({each.id: None for each in page.unreadable if each.id})
        return versions

    def status(self, project_id: str, status: Status, *, before: str) -> tuple[str, str]:
        """Return a status as a task's, and its name; where its category cannot be read, a task keeps what was before."""
        return task_status(self._category(project_id, status), before=before), status.name[:255]

    def issue(self, wire: WireIssue) -> Issue | Refusal:
        """Return one issue, or why it has to be put aside: without project, status or version it says too little."""
        fields = wire.fields
        project_id = wire.project_id
        if project_id is None or fields.status is None or wire.updated is None:
            return Refusal(wire.id, wire.key, "has no project, status or time of change")
        title = wire.title
        priority_name, rank = self._priority(fields.priority)
        return Issue(
            issue_id=wire.id,
            key=wire.key,
            project_id=project_id,
            title=title if title.strip() else wire.key,
            category=self._category(project_id, fields.status),
            status_name=fields.status.name[:255],
            version=wire.updated,
            status_id=fields.status.id,
            priority_name=priority_name,
            priority_rank=rank,
            points=self._points_of(wire, project_id),
            issue_type=fields.issuetype.name[:100] if fields.issuetype else "",
            is_subtask=bool(fields.issuetype and fields.issuetype.subtask),
            parent_id=fields.parent.id if fields.parent else None,
            subtasks=tuple(map(_subtask, fields.subtasks)) if fields.subtasks else (),
        )

    def _points_of(self, wire: WireIssue, project_id: str) -> float | None:
        if not wire.custom:
            return None
        project = self._projects.get(project_id, _PLAIN)
        return points_of(wire.custom, self._points, project.style, override=project.points_field)

    def _category(self, project_id: str, status: Status) -> Category:
        found = self._categories.get((project_id, status))
        if found is None:
            project = self._projects.get(project_id, _PLAIN)
            found = project.counts_as.get(status.id) or _category(status)
            self._categories[project_id, status] = found
        return found

    def _priority(self, priority: Priority | None) -> tuple[str, int | None]:
        """Its name, as far as a task has room for it, and its rank."""
        if priority is None:
            return "", None
        found = self._priorities.get(priority)
        if found is None:
            found = priority.name[:100], priority_rank(priority.name, priority.id)
            self._priorities[priority] = found
        return found


def _subtask(ref: IssueRef) -> Subtask:
    status = ref.fields.status
    done = status is not None and _category(status) is Category.DONE
    return Subtask(ref.id, ref.key[:60], ref.title if ref.title.strip() else ref.key, done)


def _category(status: Status) -> Category:
    found = status.status_category
    return category_of(found.key, found.id) if found else Category.UNDEFINED


def _refused(unreadable: Unreadable) -> Refusal:
    return Refusal(unreadable.id or "", unreadable.key or "", unreadable.reason)
