"""One attempt at one status change: read, decide, post, read back, record.

A lost answer is found out by reading, never by posting again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ekachit.connections.reach import CallLog
from ekachit.domain.sync.delivery import GiveUp, after_failure
from ekachit.domain.sync.state import Issue
from ekachit.domain.sync.transitions import (
    LONGEST_PATH,
    NoWay,
    ScreenField,
    Target,
    Transition,
    Value,
    Way,
)
from ekachit.jira import wire
from ekachit.jira.changelog import StatusChange
from ekachit.jira.client import JiraClient
from ekachit.jira.errors import AuthRejected, JiraError, Refused, Unavailable
from ekachit.sync import pauses, sending
from ekachit.sync.checkpoints import Checkpoint, reach
from ekachit.sync.gate import BudgetSpentError
from ekachit.sync.leases import Claim
from ekachit.sync.sending import Job, Left, Seen
from ekachit.sync.surroundings import Surroundings
from ekachit.sync.translate import Reader, Refusal
from ekachit.sync.workflow import next_way, transition_from
from ekachit.vault.errors import VaultError

# Refusals after which the issue is looked at anew: it, or its workflow, changed under our hands.
_MOVED = frozenset({"transition_invalid", "conflict"})
_PAUSE_SECONDS = 60.0


class Attempt:
    """Brings an entry as far as it goes now."""

    def __init__(  # noqa: PLR0913, PLR0917 # what an attempt stands on
        self, claim: Claim, around: Surroundings, log: CallLog, client: JiraClient, reader: Reader, job: Job
    ) -> None:
        self._claim = claim
        self._around = around
        self._log = log
        self._client = client
        self._reader = reader
        self._job = job
        self._target: Target = job.rules.targets[job.wanted]
        # What the present status offers, for the words of a refusal.
        self._offered: tuple[Transition, ...] = ()
        # Whether a write of ours may have arrived that no reading has shown yet.
        self._landed = job.posted

    async def run(self) -> bool:
        """Make the attempt; returns whether the next entry may be tried: not where Jira itself does not answer.

        Raises:
            LeaseLostError: the claim is gone.
        """
        try:
            await self._steps()
        except Refused as refused:
            await self._refused(refused)
        except AuthRejected as rejected:
            await self._wait(_PAUSE_SECONDS, rejected.code)
            await self._in_database(pauses.prove_soon)
            return False
        except Unavailable as away:
            await self._away(away)
            return False
        except BudgetSpentError as spent:
            await self._wait(_PAUSE_SECONDS, spent.code)
            return False
        except (JiraError, VaultError) as trouble:
            await self._failed("strange", trouble.code)
        return True

    async def _steps(self) -> None:
        issue = await self._read()
        if issue is None or not await self._go_on(self._first_look(issue)):
            return
        for _ in range(LONGEST_PATH):
            way = await self._way(issue)
            if way is None:
                return
            looked = issue
            await self._post(way)
            issue = await self._read(way.transition)
            if issue is None or not await self._go_on(self._read_back(issue, way.transition, looked)):
                return
        await self._refuse("no_transition")

    # --- asking ---------------------------------------------------------------------------------

    async def _read(self, made: Transition | None = None) -> wire.Issue | None:
        """The issue as Jira's database has it now; None where it is no longer the person's, and the entry has ended.

        `made` is the step that Jira confirmed a moment ago, None before there is one.
        """
        why = f"{self._job.key}, whose status you changed"
        code = "reassigned"
        try:
            found = await self._client.issue(
                self._job.issue_id, self._reader.fields, why=why, with_changes=True
            )
        except Refused as refused:
            if made is None or refused.code in _MOVED:
                raise
            found, code = None, refused.code
        if found is None and made is None:
            await self._refuse(code)
        elif found is None and made is not None:
            # The step itself may have given the issue away or hidden it, as a workflow can. It was made all the same.
            agreed = self._job.rules.status_of(made.to_id, made.to_category)
            await self._in_database(sending.lose_sight, agreed, made.to_name, code)
        return found

    async def _way(self, issue: wire.Issue) -> Way | None:
        """What to post now; None where nothing is: then the entry is refused, or no longer to be sent."""
        seen = await self._client.transitions(self._job.issue_id)
        self._offered = tuple(each for each in map(transition_from, seen) if each is not None)
        way = next_way(
            self._job.rules, self._job.issue_type, _status_id(issue), self._job.wanted, self._offered
        )
        if isinstance(way, NoWay):
            await self._in_database(sending.remember, _status_id(issue), self._offered)
            await self._refuse(way.code, self._detail(way.fields))
            return None
        status_id = _status_id(issue)
        to = way.transition
        left = Left(to.to_id, to.to_category, len(issue.status_changes))
        wanted = await self._in_database(sending.about_to_post, status_id, self._offered, left)
        return way if wanted else None

    async def _post(self, way: Way) -> None:
        """Make the transition; fields that Jira does not take here after all are left out in a second try."""
        reach(Checkpoint.BEFORE_POST)
        try:
            await self._transition(way.transition, way.fields)
        except Refused as refused:
            if refused.code != "field_not_on_screen" or not way.fields:
                raise
            kept = {name: value for name, value in way.fields.items() if name not in refused.fields}
            await self._transition(way.transition, kept)
        reach(Checkpoint.AFTER_POST)

    async def _transition(self, transition: Transition, fields: Mapping[str, Value]) -> None:
        why = f"{self._job.key} to {transition.to_name}"
        values = {name: value.wire() for name, value in fields.items()}
        self._landed = True
        try:
            await self._client.transition(self._job.issue_id, transition.id, values, why=why)
        except Refused:
            self._landed = False
            raise
        except Unavailable as away:
            self._landed = away.sent
            raise

    # --- what was read ----------------------------------------------------------------------------

    def _value(self, issue: wire.Issue) -> Issue:
        """The issue as reconcile takes it.

        Raises:
            Refused: it cannot be read.
        """
        read = self._reader.issue(issue)
        if isinstance(read, Refusal):
            raise Refused("unreadable", 200, (read.reason,))
        return read

    def _read_back(self, issue: wire.Issue, taken: Transition, looked: wire.Issue) -> Seen:
        """What our write came to since we looked: what both sides agree on by it, and what it went over."""
        agreed = self._job.rules.status_of(taken.to_id, taken.to_category)
        fresh = _since(issue, len(looked.status_changes))
        return Seen(self._value(issue), agreed, self._overwritten(fresh, taken.to_id, _status_id(looked)))

    def _first_look(self, issue: wire.Issue) -> Seen:
        """What an attempt begins with, and what a write of an earlier one came to whose answer was not heard."""
        value, left, before = self._value(issue), self._job.left, self._job.seen_status_id
        if self._job.posted and left is not None:
            fresh = _since(issue, left.changes)
            if any(each.after == left.to_id for each in fresh):
                # It arrived, wherever Jira has moved the issue since.
                agreed = self._job.rules.status_of(left.to_id, left.to_category)
                return Seen(value, agreed, self._overwritten(fresh, left.to_id, before))
        if self._job.posted and self._target.reached(_status_id(issue), value.category):
            return Seen(value, theirs=self._overwritten(issue.status_changes, _status_id(issue), before))
        return Seen(value)

    def _overwritten(
        self, changes: Sequence[StatusChange], to_id: str, before: str
    ) -> tuple[str, str] | None:
        """The status (as a task's, with Jira's name) that somebody set between our look and our write; None: none.

        Of several `changes` that lead there the first is taken for ours. As a task's the status is empty where it
        was never seen among the transitions.
        """
        ours = next((each for each in changes if each.after == to_id), None)
        if ours is None or not before or ours.before in {before, ""}:
            return None
        offered = {each.to_id: (each.to_category, each.to_name) for each in self._offered}
        known = (offered | dict(self._job.rules.statuses)).get(ours.before)
        if known is None:
            return "", ours.before_name[:255]
        return self._job.rules.status_of(ours.before, known[0]), known[1]

    async def _go_on(self, seen: Seen) -> bool:
        """Record what was read; returns whether the entry is still to be sent."""
        going: bool = await self._in_database(sending.observe, seen)
        # It is in the database now, whatever comes next.
        self._landed = False
        return going

    # --- what became of it ------------------------------------------------------------------------

    async def _refused(self, refused: Refused) -> None:
        if refused.code in _MOVED:
            await self._failed("moved", refused.code)
            return
        fields = self._named(refused) if refused.code == "field_required" else ()
        await self._refuse(refused.code, self._detail(fields, refused))

    async def _away(self, away: Unavailable) -> None:
        await self._failed("away", away.code, away.retry_after)
        if away.sent:
            await self._in_database(
                pauses.hold_site, code=away.code, retry_after=away.retry_after, chance=self._around.chance
            )

    async def _failed(self, kind: str, code: str, retry_after: float | None = None) -> None:
        verdict = after_failure(
            kind,
            attempts=self._job.attempts,
            code=code,
            chance=self._around.chance(),
            retry_after=retry_after,
        )
        if isinstance(verdict, GiveUp):
            await self._refuse(verdict.code)
        else:
            await self._wait(verdict.seconds, code)

    async def _wait(self, seconds: float, code: str) -> None:
        await self._in_database(sending.put_back, wait=seconds, landed=self._landed, code=code)

    async def _refuse(self, code: str, detail: dict[str, object] | None = None) -> None:
        unheard = {"unheard": True} if self._landed else {}
        await self._in_database(sending.refuse, code, detail=(detail or {}) | unheard)

    async def _in_database(self, step: Callable[..., Any], *args: object, **kwargs: object) -> Any:
        """Run a step of `sending` or `pauses` for this entry, with the requests made since the last one."""
        calls = self._log.waiting()
        if step in _FILES_CALLS:
            kwargs["calls"] = calls
        now = self._around.clock()
        job = () if step in {pauses.hold_site, pauses.prove_soon} else (self._job,)
        found = await self._around.in_database(step, self._claim, *job, *args, now=now, **kwargs)
        if step in _FILES_CALLS:
            self._log.forget(len(calls))
        return found

    # --- for the words of a refusal ---------------------------------------------------------------

    def _named(self, refused: Refused) -> tuple[ScreenField, ...]:
        """The fields that a refusal names, with the values they may take where a screen showed them."""
        shown = {field.id: field for each in self._offered for field in each.fields}
        by_name = {field.name.casefold(): field for field in shown.values()}
        by_id = [
            shown.get(field_id, ScreenField(field_id, _name_in(text) or field_id, required=True))
            for field_id, text in refused.fields.items()
        ]
        names = [name for name in map(_name_in, refused.messages) if name]
        return (
            *by_id,
            *(
                by_name.get(name.casefold(), ScreenField(_guessed_id(name), name, required=True))
                for name in names
            ),
        )

    def _detail(self, fields: tuple[ScreenField, ...], refused: Refused | None = None) -> dict[str, object]:
        said = [*refused.messages, *refused.fields.values()] if refused else []
        shown = {field.id for each in self._offered for field in each.fields}
        return {
            "fields": [
                {
                    "id": each.id,
                    "name": each.name,
                    "options": [{"id": option.id, "name": option.name} for option in each.options],
                    "revealed": each.id not in shown,
                }
                for each in fields
            ],
            "said": said[:5],
        }


_FILES_CALLS = frozenset(
    {sending.observe, sending.about_to_post, sending.lose_sight, sending.refuse, sending.put_back}
)


def _since(issue: wire.Issue, known: int) -> tuple[StatusChange, ...]:
    """The changes of status since there were so many, oldest first: ours, which left right after a look, is early."""
    return issue.status_changes[: max(0, len(issue.status_changes) - known)][::-1]


def _status_id(issue: wire.Issue) -> str:
    return issue.fields.status.id if issue.fields.status else ""


def _name_in(text: str) -> str:
    """The field's name in a text such as `Field Resolution is required.` or `Story type is required.`, else empty."""
    head, found, _ = text.partition(" is required")
    return head.removeprefix("Field ").strip(" '\"") if found else ""


def _guessed_id(name: str) -> str:
    """The id of a system field that Jira names only by its English name, such as Resolution."""
    return name.strip().casefold().replace(" ", "")
