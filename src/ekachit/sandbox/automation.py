"""Automation rules: what a site does by itself once somebody has taken an issue to another status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ekachit.sandbox.change import AUTOMATION, ChangingSite, journaled
from ekachit.sandbox.site import AbsentError

if TYPE_CHECKING:
    from ekachit.sandbox.site import Issue


@dataclass(slots=True)
class Rule:
    """After a transition to the status `on` (None: any), take the issue to `to` (None: back to before).

    It acts `delay` seconds later, at most `times` times (None: always), in one project or in all.
    """

    to: str | None
    on: str | None = None
    project_id: int | None = None
    delay: float = 0.0
    times: int | None = None


class AutomatedSite(ChangingSite):
    """A site with automation rules."""

    def _clear(self) -> None:
        super()._clear()
        self.rules: list[Rule] = []
        self.due: list[tuple[int, int, str]] = []
        """What rules have still to do: the moment, the issue, the status id."""

    @journaled
    def automate(
        self,
        /,
        *,
        to: str | None = None,
        on: str | None = None,
        project: str | int | None = None,
        delay: float = 0.0,
        times: int | None = None,
    ) -> None:
        """Add a rule (see `Rule`); `on` and `to` are ids or names of statuses."""
        self.rules.append(Rule(to, on, None if project is None else self.project(project).id, delay, times))

    @journaled
    def stop_automation(self, /) -> None:
        """Drop every rule, and what they have still to do."""
        self.rules.clear()
        self.due.clear()

    def catch_up_rules(self) -> None:
        """Do what rules have to do by now. The doors call it before each request."""
        if self.due and self.due[0][0] <= self.now():
            self.run_due()

    @journaled
    def run_due(self, /) -> None:
        """Do what rules have to do by now."""
        moment = self.moment or self.now()
        waiting, self.due = self.due, []
        for when, issue_id, status_id in waiting:
            if when > moment:
                self.due.append((when, issue_id, status_id))
            elif issue_id in self.issues:
                self.set_by_rule(issue_id, status_id)

    @journaled
    def set_by_rule(self, /, issue: int | str, status: str) -> None:
        """Take an issue to a status as a rule does."""
        target = self._changing(self.issue(issue))
        self._set_status(target, self.status_named(status, target), via=AUTOMATION)
        self._touch(target)

    def _automate(self, issue: Issue, before: str) -> None:
        """Let the rules see that an issue has come from the status `before` to the one it has."""
        status = self.statuses[issue.status_id]
        for rule in self.rules:
            fits = rule.on in {None, status.id, status.name} and rule.project_id in {None, issue.project_id}
            if not fits or rule.times == 0:
                continue
            if rule.times is not None:
                rule.times -= 1
            self.take_later(issue, before if rule.to is None else rule.to, rule.delay)

    def take_later(self, issue: Issue, status: str, delay: float) -> None:
        """Take an issue to a status `delay` seconds from now. A status its workflow lacks does nothing."""
        try:
            wanted = self.status_named(status, issue).id
        except AbsentError:
            return
        if delay <= 0:
            self.set_by_rule(issue.id, wanted)
            return
        self.due.append(((self.moment or self.now()) + round(delay * 1000), issue.id, wanted))
        self.due.sort()
