"""What the administrators of a site change: projects, workflows, statuses, people's tokens and time zones."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from ekachit.sandbox import catalogue
from ekachit.sandbox.catalogue import Status
from ekachit.sandbox.change import AUTOMATION, ChangingSite, journaled
from ekachit.sandbox.site import AbsentError, Project, Token
from ekachit.sandbox.workflow import ScreenField


class AdministeredSite(ChangingSite):
    """A site whose projects and workflows change."""

    @journaled
    def archive(self, /, project: str | int, *, archived: bool = True) -> Project:
        """Archive a project or bring it back."""
        target = self.project(project)
        target.archived = archived
        return target

    @journaled
    def hide_project(self, /, project: str | int, *, hidden: bool = True) -> Project:
        """Take a project out of everybody's sight, as a lost permission does, or give it back to all."""
        target = self.project(project)
        target.members = frozenset() if hidden else None
        return target

    @journaled
    def rename_project(
        self, /, project: str | int, *, key: str | None = None, name: str | None = None
    ) -> Project:
        """Give a project another key, its issues with it, or another name. Old issue keys keep working."""
        target = self.project(project)
        target.name = name or target.name
        if key:
            target.key = key
            for issue in self.issues.values():
                if issue.project_id == target.id:
                    self._changing(issue)
                    issue.key = f"{key}-{issue.order[1]}"
                    issue.order = (key, issue.order[1])
                    self.ids_by_key[issue.key] = issue.id
        return target

    @journaled
    def rename_status(self, /, status: str, name: str) -> Status:
        """Give a status another name; its id and category stay."""
        return self._put_status(replace(self._status(status), name=name))

    @journaled
    def set_status_category(self, /, status: str, category: str) -> Status:
        """Move a status to another category (`new`, `indeterminate`, `done`, `undefined`)."""
        if category not in catalogue.CATEGORIES:
            raise AbsentError(f"No status category {category}")
        return self._put_status(replace(self._status(status), category=category))

    @journaled
    def remove_status(self, /, project: str | int, status: str, replacement: str) -> None:
        """Take a status and its transitions out of a project's workflow; issues in it get the replacement.

        Every project with that workflow is concerned.
        """
        flow = self.workflows[self.project(project).workflow]
        gone, other = self._status(status, flow.statuses), self._status(replacement, flow.statuses)
        self.workflows[flow.name] = replace(
            flow,
            statuses=tuple(each for each in flow.statuses if each != gone.id),
            transitions=tuple(each for each in flow.transitions if each.to != gone.id),
        )
        for issue in self.issues.values():
            if issue.status_id == gone.id and self.projects[issue.project_id].workflow == flow.name:
                self._changing(issue)
                self._set_status(issue, other, via=AUTOMATION)
                self._touch(issue)

    @journaled
    def renumber_transitions(self, /, project: str | int, add: int = 1000) -> None:
        """Give every transition of a project's workflow another id."""
        flow = self.workflows[self.project(project).workflow]
        changed = tuple(replace(each, id=str(int(each.id) + add)) for each in flow.transitions)
        self.workflows[flow.name] = replace(flow, transitions=changed)

    @journaled
    def remove_transitions(self, /, project: str | int, to: str) -> None:
        """Take away every transition of a project's workflow that leads to a status; the status stays."""
        flow = self.workflows[self.project(project).workflow]
        target = self._status(to, flow.statuses)
        kept = tuple(each for each in flow.transitions if each.to != target.id)
        self.workflows[flow.name] = replace(flow, transitions=kept)

    @journaled
    def require_field(
        self, /, project: str | int, to: str, field: str = "resolution", *, shown: bool = True
    ) -> None:
        """Require a field for every transition to a status: on its screen, or by a validator nobody sees."""
        flow = self.workflows[self.project(project).workflow]
        target = self._status(to, flow.statuses)
        if field not in {entry.id for entry in self.fields}:
            raise AbsentError(f"No field {field}")
        asked = ScreenField(field, required=True)
        self.workflows[flow.name] = replace(
            flow,
            transitions=tuple(
                each
                if each.to != target.id
                else replace(each, screen=(*each.screen, asked))
                if shown
                else replace(each, validator=field)
                for each in flow.transitions
            ),
        )

    @journaled
    def set_time_zone(self, /, time_zone: str, account: str | None = None) -> None:
        """Set the time zone of one person's profile, or the one in which the site writes its dates."""
        zone = ZoneInfo(time_zone)
        if account is not None:
            self.account(account).time_zone = time_zone
        else:
            self.time_zone, self.zone = time_zone, zone

    @journaled
    def revoke(self, /, token: str) -> None:
        """End a token: from now on it is a wrong one. Raises `AbsentError` unless sign-in is open to any."""
        if token not in self.tokens and not self.open_sign_in:
            raise AbsentError("No such token")
        held = self.tokens.setdefault(token, Token(token, ""))
        held.revoked = True

    @journaled
    def reinstate(self, /, token: str) -> None:
        """Make an ended token a good one again. Raises `AbsentError`."""
        if token not in self.tokens:
            raise AbsentError("No such token")
        if self.tokens[token].account_id:
            self.tokens[token].revoked = False
        else:
            del self.tokens[token]

    @journaled
    def add_token(self, /, token: str, account: str) -> None:
        """Give a person another token of the older kind."""
        self.tokens[token] = Token(token, self.account(account).account_id)

    @journaled
    def set_jira_access(self, /, account: str, *, access: bool) -> None:
        """Let a person into Jira, or turn them away."""
        self.account(account).jira_access = access

    @journaled
    def set_strict_ids(self, /, *, strict: bool) -> None:
        """Choose whether JQL that names an issue nobody can see is refused (400) or the name is ignored."""
        self.strict_ids = strict

    def _status(self, name: str, among: tuple[str, ...] | None = None) -> Status:
        for status_id in self.statuses if among is None else among:
            status = self.statuses[status_id]
            if name in {status.id, status.name}:
                return status
        raise AbsentError(f"No status {name}")

    def _put_status(self, status: Status) -> Status:
        self.statuses[status.id] = status
        return status
