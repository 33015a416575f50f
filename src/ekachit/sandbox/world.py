"""The state of the stand-in, and every way to change it.

Every public method that changes something takes plain values by name, is one change at one moment, is safe to
call from another thread, and is told to `world.journal` so that it can be replayed. What administrators change
is in `administration`, what rules do in `automation`, what stays behind as the truth in `change`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from ekachit.sandbox import catalogue
from ekachit.sandbox.administration import AdministeredSite
from ekachit.sandbox.automation import AutomatedSite
from ekachit.sandbox.catalogue import Named
from ekachit.sandbox.change import COLLEAGUE, journaled
from ekachit.sandbox.index import FOREVER, Lag
from ekachit.sandbox.site import AbsentError, Issue
from ekachit.sandbox.workflow import Refusal, check


class World(AdministeredSite, AutomatedSite):
    """A Jira site that changes, as colleagues change the real one."""

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
        target = self._changing(self.issue(issue))
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
        moment = self.moment or self.now()
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
            issue.status_id = self.status_named(status, issue).id
            self._resolve_new(issue)
        self.index.before(issue.id, None, moment, self.version)
        return self.add_issue(issue)

    def _resolve_new(self, issue: Issue) -> None:
        if self.workflow(issue).sets_resolution and self.category(issue) == catalogue.DONE:
            self._resolve(issue, catalogue.RESOLUTIONS[0].id)

    @journaled
    def reassign(self, /, issue: str | int, to: str | None) -> Issue:
        """Give an issue to somebody (e-mail address, account id or name), or to nobody."""
        return self.edit(issue, assignee=to)

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
        target, home = self._changing(self.issue(issue)), self.project(project)
        before = self.statuses[target.status_id]
        self.rekey(target, home)
        self._note_status(target, before)
        self._touch(target)
        for child in self.subtasks(target):
            self.move(child.id, home.id)
        return target

    @journaled
    def delete(self, /, issue: str | int) -> None:
        """Delete an issue and its sub-tasks; an epic's stories stay, without it."""
        target = self._changing(self.issue(issue))
        for child in self.subtasks(target):
            self.delete(child.id)
        for child_id in self.children.pop(target.id, []):
            self._changing(self.issues[child_id]).parent_id = None
        self._set_parent(target, None)
        self.assigned[target.assignee].discard(target.id)
        del self.issues[target.id]

    @journaled
    def hide(self, /, issue: str | int, *, hidden: bool = True) -> Issue:
        """Take an issue out of everybody's sight, as a security level does, or bring it back."""
        target = self._changing(self.issue(issue))
        target.hidden = hidden
        self._touch(target)
        return target

    @journaled
    def transition(
        self,
        /,
        issue: str | int,
        transition: str,
        by: str | None = None,
        via: str = COLLEAGUE,
        **changes: object,
    ) -> Issue:
        """Take an issue along a transition, `changes` being the fields filled in on its screen.

        `by` is who does it, `via` how: `api` for the REST API, else as a colleague.
        Raises `Refusal` as Jira answers: no such transition now, field not on the screen, field required.
        """
        target = self.issue(issue)
        edge = next((edge for edge in self.transitions(target) if edge.id == transition), None)
        if edge is None:
            raise Refusal(f"Transition id '{transition}' is not valid for this issue.")
        check(edge, changes, {entry.id: entry.name for entry in self.fields})
        resolution = changes.get("resolution")
        resolved = "" if resolution is None else self._resolution(resolution)
        self._changing(target)
        before = target.status_id
        if resolution is not None:
            self._resolve(target, resolved)
        who = None if by is None else self.account(by).account_id
        self._set_status(target, self.statuses[edge.to], who, via)
        self._touch(target)
        self._automate(target, before)
        return target

    def _resolution(self, given: object) -> str:
        wanted = given.get("id") or given.get("name") if isinstance(given, dict) else None
        try:
            return self._named(self.resolutions, str(wanted)).id
        except AbsentError:
            raise Refusal(errors={"resolution": f"Resolution name '{wanted}' is not valid"}) from None

    @journaled
    def reset(self, /) -> None:
        """Bring everything back to how it was at the start."""
        self._clear()
        self._fill(self)

    # The search index: how far it is behind is a property of this run and not kept in the journal

    def lag(self, /, seconds: float | None = None, issue: str | int | None = None) -> None:
        """Let searches see everything, or one issue, as it was `seconds` ago; None: until `catch_up`.

        What changed before there was any lag is seen as it is.
        """
        behind = FOREVER if seconds is None else float(seconds)
        with self.lock:
            if self.index.lag is None:
                self.index.keep()
            now = self.index.lag or Lag()
            if issue is None:
                self.index.lag = Lag(behind, now.each)
            else:
                self.index.lag = Lag(now.seconds, now.each | {self.issue(issue).id: behind})

    def end_lag(self, /) -> None:
        """Let searches see the present from now on."""
        with self.lock:
            if self.index.lag is not None:
                self.index.lag = None
                self.index.drop()

    def catch_up(self, /, issues: Iterable[str | int] | None = None) -> list[int]:
        """Index the present state of some issues, by id or key, or of all (None). The ids that were behind."""
        with self.lock:
            refs = None if issues is None else list(issues)
            ids = None if refs is None else [self._id_of(ref) for ref in refs]
            return self.index.catch_up(ids)

    def _id_of(self, ref: str | int) -> int:
        """The id behind an id or a key, also of an issue that was deleted."""
        text = str(ref)
        return int(text) if text.isdigit() else self.issue(text).id

    def skew(self, /, seconds: float) -> None:
        """Set the site's clock ahead of the real one, or behind it. A property of this run."""
        with self.lock:
            self.skew_ms = round(seconds * 1000)
