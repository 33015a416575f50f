"""Mistakes in the engine: looked for in whole histories, with the rules that make each of them likely."""

# ruff: noqa: ARG005 # what is put in its place takes what the original takes

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from ekachit import rows
from ekachit.connections.models import Connection
from ekachit.domain.sync import reconcile, schedule, state
from ekachit.domain.sync.absence import Absence
from ekachit.domain.sync.actions import MarkGone, Update
from ekachit.domain.sync.state import Presence
from ekachit.jira import client, paging, wire, wire_issues
from ekachit.jira.errors import Unexpected
from ekachit.sync import apply, engine, gate, held, leases, loading, passes, reading, standing, writing
from ekachit.tasks.models import ChecklistItem, Task
from tests.sync.simulation.mutant import Patch, changed, instead, whole


def any_row(held: leases.Claim) -> Connection:
    return Connection.objects.get(pk=held.connection_id)


def any_row_with(held: leases.Claim, more: Any, values: Any = ()) -> Any:
    return rows.one_with(Connection, more, "id = %s", [*values, held.connection_id])


def taking_from_others(original: Any) -> Any:
    def claim(connection_id: int, owner: str, *lane: Any) -> Any:
        Connection.objects.filter(pk=connection_id).update(lease_until=None)
        return original(connection_id, owner, *lane)

    return claim


def unasked(original: Any) -> Any:
    async def fetch(self: Any, issue_ids: Any, *, why: str) -> Any:
        if why.startswith("issues that left"):
            return reading.Answer(absent=set(issue_ids))
        return await original(self, issue_ids, why=why)

    return fetch


def without_reconcile(original: Any) -> Any:
    return lambda self, jql, fields, *, why, reconcile=(): original(self, jql, fields, why=why)


def saving_all(original: Any) -> Any:
    def keep(self: Any, actions: Any) -> bool:
        for each in actions:
            Task.objects.get(pk=each.task_id).save()
        moved: bool = original(self, actions)
        return moved

    return keep


def deleting(self: Any, action: MarkGone) -> None:
    del self
    Task.objects.filter(pk=action.task_id).delete()


def clearing_notes(original: Any) -> Any:
    def update(self: Any, action: Update) -> None:
        original(self, action)
        Task.objects.filter(pk=action.task_id).update(notes="")

    return update


def renewing_all(original: Any) -> Any:
    def renew(task_id: int, subtasks: Any) -> None:
        ChecklistItem.objects.filter(task_id=task_id).delete()
        original(task_id, subtasks)

    return renew


def known_with(**values: Any) -> Callable[[Any], Any]:
    """What the pass knows, with something of it another."""
    return changed(
        lambda index: {key: msgspec.structs.replace(each, **values) for key, each in index.items()}
    )


def all_current(original: Any) -> Any:
    """What the pass knows, with everything that is gone taken for present."""
    return lambda *args, **kwargs: {
        key: msgspec.structs.replace(each, presence=Presence.CURRENT, mirrors=each.status != "done")
        for key, each in original(*args, **kwargs).items()
    }


def no_errors(original: Any) -> Any:
    def judged(*args: Any, **kwargs: Any) -> Any:
        trouble = original(*args, **kwargs)
        return None if trouble is not None and trouble.code == "token_anonymous" else trouble

    return judged


def only_current(original: Any) -> Any:
    return lambda connection, ids: {
        key: each for key, each in original(connection, ids).items() if each.presence is not Presence.GONE
    }


def whole_always(self: Any, token: str | None, *, is_last: bool | None, news: int) -> str | None:
    del self, news
    return None if is_last else token


def never_incomplete(original: Any) -> Any:
    def verdict(self: Any, loaded: Any, found: Any, *, complete: bool) -> Any:
        del complete
        return original(self, loaded, found, complete=True)

    return verdict


def empty_pages(original: Any) -> Any:
    def decoded(body: Any, kind: Any) -> Any:
        try:
            return original(body, kind)
        except Unexpected:
            if kind is not wire.RawPage:
                raise
            return wire.RawPage([], is_last=True)

    return decoded


class _Blind(dict[str, Any]):
    """An index whose keys are whatever the list says: a renamed project goes unseen."""

    def __init__(self, index: Any) -> None:
        super().__init__({name: _AnyKey(each) for name, each in index.items()})


class _AnyKey:
    def __init__(self, known: Any) -> None:
        self._known = known

    def __getattr__(self, name: str) -> Any:
        return _Equal() if name == "key" else getattr(self._known, name)


class _Equal(str):
    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False


FENCES: tuple[Patch, ...] = (
    (apply, "fence", instead(any_row)),
    *((where, "fence_with", instead(any_row_with)) for where in (passes, loading)),
)
POLLS = "poll_on_time work_now"

ENGINE = (
    whole(
        "the anonymous answer is believed",
        "I6 I19 I17",
        (client, "classify", no_errors),
        rules="anonymous_pass poll_on_time",
    ),
    whole(
        "an endless list counts as whole",
        "I6 I17",
        (paging.Listing, "miss", instead(lambda _self: None)),
        rules="looping_pass poll_on_time",
    ),
    whole(
        "an endless list is followed for ever",
        "I9",
        (paging.Listing, "next_token", instead(whole_always)),
        rules="looping_pass poll_on_time",
    ),
    whole(
        "a partial pass is called complete",
        "I17",
        (engine._Run, "_verdict", never_incomplete),
        rules="looping_pass poll_on_time",
    ),
    whole(
        "gone without asking by id",
        "I6",
        (reading.Reading, "_fetch", unasked),
        rules=f"change_status reassign {POLLS}",
    ),
    whole("the epoch is not looked at", "I8", *FENCES, rules="two_workers change_status edit poll_on_time"),
    whole(
        "a lease keeps nobody out",
        "I8",
        (leases, "claim", taking_from_others),
        (leases, "_DUE", lambda query: query.replace("c.{until} < {now}", "c.{until} > '1900-01-01'")),
        rules="crash",
    ),
    whole(
        "requests go on after the disconnect",
        "I14",
        (gate, "_may_send", instead(lambda *_: 0.0)),
        rules="leave_meanwhile edit reconnect",
    ),
    whole(
        "Retry-After is ignored",
        "I11",
        (passes, "hold", instead(lambda *_args, **_kwargs: None)),
        (
            passes,
            "next_due_seconds",
            lambda original: (
                lambda ending, *, failures, chance, retry_after=None: original(
                    ending, failures=failures, chance=chance
                )
            ),
        ),
        rules="limited_pass poll_on_time",
    ),
    whole(
        "a refused token is tried for ever",
        "I11",
        (passes, "AUTH_TRIES", instead(99)),
        (schedule, "AUTH_TRIES", instead(99)),
        rules="revoke poll_on_time",
    ),
    whole(
        "issues are not read consistently",
        "I1 I5 I6 I24",
        (client.JiraClient, "search", without_reconcile),
        rules="back_unseen poll_on_time",
    ),
    whole(
        "the list that shrank is believed at once",
        "I6",
        (
            apply,
            "judge_absence",
            instead(lambda absent, *, current, suspects: Absence(frozenset(absent), frozenset())),
        ),
        rules="reassign poll_on_time",
    ),
    whole(
        "rows are written though nothing changed",
        "I23",
        (writing.Writer, "keep", saving_all),
        rules="add_part poll_on_time",
    ),
    whole(
        "the conflict leaves no record",
        "I3",
        (writing.Writer, "_set_aside", instead(lambda *_: None)),
        rules="clash poll_on_time",
    ),
    whole(
        "Jira's word does not count",
        "I4 I24",
        (reconcile, "merge_status", instead(lambda *, base, ours, jiras: (ours, None))),
        rules="clash poll_on_time",
    ),
    whole(
        "a task goes with its issue",
        "I2",
        (writing.Writer, "mark_gone", instead(deleting)),
        rules="reassign delete poll_on_time",
    ),
    whole(
        "notes are overwritten",
        "I2",
        (writing.Writer, "_update", clearing_notes),
        rules="own_work edit poll_on_time",
    ),
    whole(
        "own lines go with the others",
        "I2",
        (writing, "_renew_lines", renewing_all),
        rules="own_work add_part poll_on_time",
    ),
    whole(
        "a checklist has no end",
        "I9",
        (state, "CHECKLIST_LIMIT", instead(10_000)),
        rules="add_many_parts poll_on_time",
    ),
    whole(
        "renamed projects keep old keys",
        "I1 I24",
        (loading, "index_of", lambda original: lambda connection: _Blind(original(connection))),
        rules="rename_project poll_on_time",
    ),
    whole(
        "a status that an administrator changed goes unseen",
        "I1 I24",
        (reading.Reading, "_is_restated", instead(lambda _self, _listed, _known: False)),
        rules="recategorise rename_status poll_on_time",
    ),
    whole(
        "nobody's turn ever comes",
        "I1 I24",
        (reading, "whose_turn", instead(lambda *_ids, **_times: frozenset())),
        rules="add_part_unseen clock_forward poll_on_time",
    ),
    whole(
        "what was opened again here is not looked after",
        "I1 I24",
        (held.Known, "was_reopened", instead(property(lambda _self: False))),
        rules="open_again_here clock_forward poll_on_time",
    ),
    whole(
        "open lines are not read again",
        "I1 I24",
        (loading, "index_of", known_with(has_open_lines=False)),
        rules="add_part change_part poll_on_time",
    ),
    whole(
        "what comes back is not recognised",
        "I1 I6 I24",
        (loading, "index_of", all_current),
        rules="reassign give poll_on_time",
    ),
    whole(
        "what comes back is taken for new",
        "I1 I24",
        (apply, "held_by_issue", only_current),
        rules="reassign give poll_on_time",
    ),
    whole(
        "nobody looks for a new sub-task's parent",
        "I1 I24",
        (reading.Reading, "_untold_parents", instead(lambda _self, _listing: [])),
        rules="make_part_mine poll_on_time",
    ),
    whole(
        "never due again",
        "I20 I22",
        (passes, "next_due_seconds", instead(lambda *_args, **_kwargs: None)),
        rules=POLLS,
    ),
    whole(
        "due in a year",
        "I20",
        (passes, "next_due_seconds", instead(lambda *_args, **_kwargs: 3.2e7)),
        rules=POLLS,
    ),
    whole(
        "the side bar is always content",
        "I17",
        (standing, "is_up_to_date", instead(lambda *_args, **_kwargs: True)),
        rules="faulty_pass clock_forward poll_on_time",
    ),
    whole(
        "what cannot be read is an empty page",
        "I6 I17 I19",
        (wire_issues, "decoded", empty_pages),
        rules="garbled_pass poll_on_time",
    ),
)
