"""Mistakes that somebody could make in sending; each has to be seen by a property that was named for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ekachit.connections.models import Project, State
from ekachit.domain.sync.delivery import Click
from ekachit.domain.sync.state import Presence
from ekachit.jira.errors import Unavailable
from ekachit.sync import actions, leaving, outbox, sending
from ekachit.sync.attempt import Attempt
from ekachit.sync.leases import Claim
from ekachit.sync.models import EntryState, OutboxEntry
from ekachit.sync.sending import Seen
from ekachit.sync.writing import Writer
from tests.sync.simulation.mutant import Mutant, instead, whole

USUAL = "set_status send_in_time poll_on_time"


def remembered(original: Callable[..., Any]) -> Callable[..., Any]:
    """What was read once is not read again."""
    known: dict[str, Any] = {}

    async def read(self: Any, *made: Any) -> Any:
        issue_id = self._job.issue_id
        if issue_id not in known:
            known[issue_id] = await original(self, *made)
        return known[issue_id]

    return read


def twice(original: Callable[..., Any]) -> Callable[..., Any]:
    """What was not answered is posted again at once."""

    async def transition(self: Any, *args: Any) -> None:
        try:
            await original(self, *args)
        except Unavailable:
            await original(self, *args)

    return transition


async def assumed(self: Any) -> None:
    """One step that is taken to have arrived without a look."""
    issue = await self._read()
    if issue is None or not await self._go_on(self._first_look(issue)):
        return
    way = await self._way(issue)
    if way is None:
        return
    await self._post(way)
    agreed = self._job.rules.status_of(way.transition.to_id, way.transition.to_category)
    await self._go_on(Seen(self._value(issue), agreed))


def too_early(original: Callable[..., Any]) -> Callable[..., Any]:
    """Called done before it leaves."""

    def about_to_post(claim: Any, job: Any, *args: Any, now: Any, **kwargs: Any) -> bool:
        wanted = original(claim, job, *args, now=now, **kwargs)
        entry = OutboxEntry.objects.get(pk=job.entry_id)
        if wanted:
            outbox.close(entry, EntryState.APPLIED, now=now)
        return bool(wanted)

    return about_to_post


def echo(original: Callable[..., Any]) -> Callable[..., Any]:
    """What Jira changed is sent to Jira."""

    def update(self: Any, action: Any) -> None:
        before = OutboxEntry.objects.filter(task_id=action.task_id, ended_at__isnull=True).exists()
        original(self, action)
        if not before and action.status == action.values.status:
            OutboxEntry.objects.create(
                user=self._connection.user, task_id=action.task_id, connection=self._connection,
                wanted=action.status, base="", not_before=self._now, created_at=self._now,
            )  # fmt: skip

    return update


def older_stays(original: Callable[..., Any]) -> Callable[..., Any]:
    """Of several clicks the first is what is sent."""

    def click(**given: Any) -> Click:
        decided: Click = original(**given)
        return replace(decided, closes=None, opens=False) if given["waiting"] and decided.opens else decided

    return click


def sends_all_the_same(link: Any) -> Project | None:
    """Whether two-way is on is not looked at."""
    if link.connection.state != State.CONNECTED or link.presence != Presence.CURRENT:
        return None
    return Project.objects.filter(connection=link.connection, project_id=link.project_id).first()


def of_no_epoch(self: Any) -> tuple[str, list[object]]:
    """Any claim will do."""
    return "id = %s AND state = %s", [self.connection_id, State.CONNECTED.value]


MUTANTS: tuple[Mutant, ...] = (
    whole("post without reading first", "I7 I4", (Attempt, "_read", remembered), rules=f"{USUAL} change_status"),
    whole("post twice after a lost answer", "I7", (Attempt, "_transition", twice), rules=f"{USUAL} lose_the_answer"),
    whole(
        "skip the reading back", "I1 I3 I4 I17", (Attempt, "_steps", instead(assumed)), rules=f"{USUAL} come_between"
    ),
    whole(
        "post in spite of a conflict", "I4", (sending, "_take_over", instead(lambda *_args: None)),
        rules=f"{USUAL} clash",
    ),
    whole("call it done before it leaves", "I7 I17", (sending, "about_to_post", too_early), rules=USUAL),
    whole(
        "look for no late conflict", "I4", (Attempt, "_overwritten", instead(lambda *_args: None)),
        rules=f"{USUAL} come_between",
    ),
    whole(
        "swallow a refusal", "I3 I1", (outbox, "give_status", instead(lambda *_args, **_named: None)), rules=USUAL
    ),
    whole("echo what a pass found", "I7", (Writer, "_update", echo), rules=f"{USUAL} change_status"),
    whole("lose the newest of several clicks", "I3", (outbox, "click", older_stays), rules=f"{USUAL} there_and_back"),
    whole(
        "ignore that two-way is off", "I7",
        (outbox, "sends", instead(sends_all_the_same)),
        (outbox, "_switched_off", instead(lambda entries: entries.none())),
        rules=f"{USUAL} switch_two_way",
    ),
    whole(
        "take no note of two-way at a click", "I3", (actions, "sends", instead(sends_all_the_same)),
        rules=f"{USUAL} switch_two_way",
    ),
    whole("fence no sender", "I8 I7", (Claim, "where", instead(of_no_epoch)), rules="set_status two_senders"),
    whole(
        "leave without closing what waits", "I3 I22",
        (leaving, "close_unsendable", instead(lambda *_args, **_named: 0)),
        rules="set_status disconnect reconnect",
    ),
)  # fmt: skip
"""Each with the rules that lead to it soonest."""
