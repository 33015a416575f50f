"""The state of the stand-in, and every way to change it.

Every public method takes plain values by name, is one change at one moment, is safe to call from another
thread, and is told to `world.journal` so that it can be replayed.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial, wraps
from typing import Concatenate, ParamSpec, TypeVar

from ekachit.sandbox import catalogue
from ekachit.sandbox.catalogue import Named, Status
from ekachit.sandbox.site import AbsentError, Issue, Project, Site, Token
from ekachit.sandbox.workflow import Refusal, check

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def journaled(
    method: Callable[Concatenate[World, Parameters], Result],
) -> Callable[Concatenate[World, Parameters], Result]:
    """Make a method of `World` one change: under the lock, at one moment, told to the journal once done.

    A change made inside another is part of it and is not told apart.
    """
    signature = inspect.signature(method)

    @wraps(method)
    def change(world: World, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        with world.lock:
            if world.moment is not None:
                return method(world, *args, **kwargs)
            world.moment = world.clock()
            try:
                result = method(world, *args, **kwargs)
                if world.journal is not None:
                    given = dict(signature.bind(world, *args, **kwargs).arguments)
                    given.pop("self")
                    given |= given.pop("changes", {})
                    world.journal({"at": world.moment, "do": method.__name__, **given})
            finally:
                world.moment = None
                world.version += 1
            return result

    return change


class World(Site):
    """A Jira site that changes, as colleagues change the real one."""

    def _touch(self, issue: Issue) -> None:
        """Move `updated` on, always: a client that compares tags must never miss a change."""
        moment = self.clock() if self.moment is None else self.moment
        issue.updated = max(moment, issue.updated + 1)

    def _set_status(self, issue: Issue, status: Status) -> None:
        if status.category != self.category(issue):
            issue.category_changed = self.moment or self.clock()
        issue.status_id = status.id
        if not self.workflow(issue).sets_resolution:
            return
        if status.category != catalogue.DONE:
            issue.resolution_id = issue.resolved = None
        elif issue.resolution_id is None:
            self._resolve(issue, catalogue.RESOLUTIONS[0].id)

    def _resolve(self, issue: Issue, resolution_id: str) -> None:
        issue.resolution_id, issue.resolved = resolution_id, self.moment or self.clock()

    def _assign(self, issue: Issue, account_id: str | None) -> None:
        self.assigned[issue.assignee].discard(issue.id)
        issue.assignee = account_id
        self.assigned[account_id].add(issue.id)

    def _set_parent(self, issue: Issue, parent: Issue | None) -> None:
        if issue.parent_id is not None:
            self.children[issue.parent_id].remove(issue.id)
        issue.parent_id = None if parent is None else parent.id
        if parent is not None:
            self.children[parent.id].append(issue.id)

    @journaled
    def edit(self, /, issue: str | int, **changes: object) -> Issue:
        """Change an issue: `summary`, `status`, `points`, `priority`, `assignee` or `parent` (None clears).

        Raises `AbsentError` for a name the world does not hold and ValueError for a field it does not know.
        """
        target = self.issue(issue)
        steps = [self._step(target, name, value) for name, value in changes.items()]
        for step in steps:
            step()
        self._touch(target)
        return target

    def _step(self, issue: Issue, name: str, value: object) -> Callable[[], None]:
        """What sets one field, once everything the change names has been found."""
        text = None if value is None else str(value)
        if name == "summary" and text:
            return partial(setattr, issue, "summary", text)
        if name == "status" and text:
            return partial(self._set_status, issue, self.status_named(text, issue))
        if name == "points":
            return partial(setattr, issue, "points", None if text is None else float(text))
        if name == "priority":
            chosen = None if text is None else self._named(self.priorities, text).id
            return partial(setattr, issue, "priority_id", chosen)
        if name == "assignee":
            return partial(self._assign, issue, None if text is None else self.account(text).account_id)
        if name == "parent":
            return partial(self._set_parent, issue, None if text is None else self.issue(text))
        raise ValueError(f"An issue's {name} cannot be set to {value!r}")

    @staticmethod
    def _named(entries: dict[str, Named], ref: str) -> Named:
        for entry in entries.values():
            if ref in {entry.id, entry.name}:
                return entry
        raise AbsentError(f"No value {ref}")

    @journaled
    def create(  # noqa: PLR0913 - the fields of an issue, all by name
        self,
        /,
        *,
        project: str | int,
        summary: str,
        type: str = catalogue.TASK,  # noqa: A002 - the field is called so
        status: str | None = None,
        points: float | None = None,
        priority: str | None = "Medium",
        assignee: str | None = None,
        parent: str | int | None = None,
    ) -> Issue:
        """Make an issue, in the workflow's first status unless one is named. `type` is an id or a name."""
        home = self.project(project)
        kind = next((entry.id for entry in self.types.values() if type in {entry.id, entry.name}), None)
        if kind is None:
            raise AbsentError(f"No issue type {type}")
        moment = self.moment or self.clock()
        issue = Issue(
            self._next_id,
            f"{home.key}-{home.last_number + 1}",
            home.id,
            kind,
            self.workflows[home.workflow].statuses[0],
            summary,
            priority_id=None if priority is None else self._named(self.priorities, priority).id,
            assignee=None if assignee is None else self.account(assignee).account_id,
            parent_id=None if parent is None else self.issue(parent).id,
            points=points,
            created=moment,
            updated=moment,
            category_changed=moment,
        )
        if status is not None:
            self._set_status(issue, self.status_named(status, issue))
        return self.add_issue(issue)

    @journaled
    def add_subtask(self, /, parent: str | int, summary: str, *, assignee: str | None = None) -> Issue:
        """Make a sub-task of `parent` in the same project.

        The parent's `updated` stays: whether Jira moves it is not known.
        """
        home = self.issue(parent)
        project = self.projects[home.project_id]
        return self.create(
            project=project.id, summary=summary, type=project.subtask_type, assignee=assignee, parent=home.id
        )

    @journaled
    def move(self, /, issue: str | int, project: str | int) -> Issue:
        """Move an issue with its sub-tasks to a project: new keys, same ids, old keys still find them."""
        target, home = self.issue(issue), self.project(project)
        self.rekey(target, home)
        self._touch(target)
        for child in self.subtasks(target):
            self.move(child.id, home.id)
        return target

    @journaled
    def delete(self, /, issue: str | int) -> None:
        """Delete an issue and its sub-tasks; an epic's stories stay, without it."""
        target = self.issue(issue)
        for child in self.subtasks(target):
            self.delete(child.id)
        for child_id in self.children.pop(target.id, []):
            self.issues[child_id].parent_id = None
        self._set_parent(target, None)
        self.assigned[target.assignee].discard(target.id)
        del self.issues[target.id]

    @journaled
    def hide(self, /, issue: str | int, *, hidden: bool = True) -> Issue:
        """Take an issue out of everybody's sight, as a security level does, or bring it back."""
        target = self.issue(issue)
        target.hidden = hidden
        self._touch(target)
        return target

    @journaled
    def archive(self, /, project: str | int, *, archived: bool = True) -> Project:
        """Archive a project or bring it back."""
        target = self.project(project)
        target.archived = archived
        return target

    @journaled
    def revoke(self, /, token: str) -> None:
        """End a token: from now on it is a wrong one. Raises `AbsentError` unless sign-in is open to any."""
        if token not in self.tokens and not self.open_sign_in:
            raise AbsentError("No such token")
        held = self.tokens.setdefault(token, Token(token, ""))
        held.revoked = True

    @journaled
    def transition(self, /, issue: str | int, transition: str, **changes: object) -> Issue:
        """Take an issue along a transition, `changes` being the fields filled in on its screen.

        Raises `Refusal` as Jira answers: no such transition now, field not on the screen, field required.
        """
        target = self.issue(issue)
        edge = next((edge for edge in self.transitions(target) if edge.id == transition), None)
        if edge is None:
            raise Refusal(f"Transition id '{transition}' is not valid for this issue.")
        check(edge, changes, {entry.id: entry.name for entry in self.fields})
        resolution = changes.get("resolution")
        if resolution is not None:
            self._resolve(target, self._resolution(resolution))
        self._set_status(target, self.statuses[edge.to])
        self._touch(target)
        return target

    def _resolution(self, given: object) -> str:
        wanted = given.get("id") or given.get("name") if isinstance(given, dict) else None
        try:
            return self._named(self.resolutions, str(wanted)).id
        except AbsentError:
            raise Refusal(errors={"resolution": f"Resolution name '{wanted}' is not valid"}) from None

    @journaled
    def set_strict_ids(self, /, *, strict: bool) -> None:
        """Choose whether JQL that names an issue nobody can see is refused (400) or the name is ignored."""
        self.strict_ids = strict

    @journaled
    def reset(self, /) -> None:
        """Bring everything back to how it was at the start."""
        self._clear()
        self._fill(self)
