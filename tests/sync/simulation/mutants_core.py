"""Mistakes in the pure core: looked for in its own histories."""

# ruff: noqa: ARG005 # what is put in its place takes what the original takes

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from ekachit.domain.sync import reconcile, state
from ekachit.domain.sync.absence import Absence
from ekachit.domain.sync.actions import MarkGone, SetAside, Update
from ekachit.domain.sync.state import Presence, Scope
from tests.domain.sync import core_properties
from tests.sync.simulation.mutant import changed, core, instead


def updates(**values: Any) -> Callable[[Any], Any]:
    """Decisions with every update changed."""
    return changed(
        lambda actions: tuple(
            replace(each, **values) if isinstance(each, Update) else each for each in actions
        )
    )


def without_version(original: Any) -> Any:
    return lambda issue, known, held, scope: original(issue, replace(known, version=None), held, scope)


def all_absent(original: Any) -> Any:
    def absences(absent: Any, held: Any) -> Any:
        del absent
        yield from (
            MarkGone(each.task_id, each.issue_id) for each in held.values() if each.presence == "current"
        )

    del original
    return absences


def again_and_again(original: Any) -> Any:
    del original
    return lambda absent, held: (
        MarkGone(held[each].task_id, each) for each in sorted(absent) if each in held
    )


def without_before(original: Any) -> Any:
    return lambda category, **_before: original(category)


CORE = (
    core(
        "ours is lost without a word",
        "I3",
        reconcile,
        "merge_status",
        instead(lambda *, base, ours, jiras: (jiras if jiras != base else ours, None)),
    ),
    core(
        "ours is lost though Jira did not change",
        "I3",
        reconcile,
        "merge_status",
        instead(lambda *, base, ours, jiras: (jiras, None)),
    ),
    core(
        "ours always wins",
        "I4",
        reconcile,
        "merge_status",
        instead(lambda *, base, ours, jiras: (ours, None)),
    ),
    core(
        "ours wins a conflict, with a record",
        "I4 I3",
        reconcile,
        "merge_status",
        instead(
            lambda *, base, ours, jiras: (
                ours if ours != base else jiras,
                SetAside(base, ours, jiras) if ours not in {base, jiras} != jiras else None,
            )
        ),
    ),
    core(
        "a conflict where only Jira changed",
        "I3",
        reconcile,
        "merge_status",
        instead(
            lambda *, base, ours, jiras: (
                (jiras, SetAside(base, ours, jiras)) if jiras not in {base, ours} else (ours, None)
            )
        ),
    ),
    core(
        "a conflict where both came to the same",
        "I3",
        reconcile,
        "merge_status",
        instead(
            lambda *, base, ours, jiras: (
                (jiras, SetAside(base, ours, jiras))
                if base not in {jiras, ours}
                else (jiras if ours == base else ours, None)
            )
        ),
    ),
    core(
        "the record has the sides the wrong way round",
        "I3",
        reconcile,
        "merge_status",
        changed(
            lambda found: (found[0], found[1] and SetAside(found[1].base, found[1].jiras, found[1].ours))
        ),
    ),
    core(
        "the record has no base",
        "I3",
        reconcile,
        "merge_status",
        changed(lambda found: (found[0], found[1] and SetAside("", found[1].ours, found[1].jiras))),
    ),
    core("the record is dropped", "I3", reconcile, "reconcile", updates(set_aside=None)),
    core("versions are not looked at", "I5", reconcile, "_known", without_version),
    core(
        "projects not picked get tasks",
        "I1",
        reconcile,
        "_new",
        lambda original: (
            lambda issue, held, scope: original(
                issue, held, Scope(scope.picked | {issue.project_id}, scope.imported)
            )
        ),
    ),
    core(
        "what was done before gets a task",
        "I1 I4",
        reconcile,
        "task_status",
        changed(lambda status: "in_progress" if status == "done" else status),
    ),
    core("a sub-task has two homes", "I1", reconcile, "lives_in_checklist", instead(lambda *_: False)),
    core(
        "its own tasks stay on the checklist",
        "I1",
        reconcile,
        "values_of",
        lambda original: lambda issue, *, before, own_tasks=(): original(issue, before=before),
    ),
    core("gone is said again and again", "I9", reconcile, "_absences", again_and_again),
    core("whatever was not shown is gone", "I6 I9", reconcile, "_absences", all_absent),
    core("the presence never changes", "I1", reconcile, "reconcile", updates(presence=Presence.CURRENT)),
    core("nothing that was there is updated", "I1 I4", reconcile, "_known", instead(lambda *_: None)),
    core(
        "an unknown category flips a task",
        "I4",
        reconcile,
        "task_status",
        without_before,
    ),
    core(
        "done and in progress are mixed up",
        "I4 I1",
        reconcile,
        "task_status",
        changed(lambda status: {"done": "in_progress", "in_progress": "done"}.get(status, status)),
    ),
    core(
        "the list that shrank is believed at once",
        "I6",
        core_properties,
        "judge_absence",
        instead(lambda absent, *, current, suspects: Absence(frozenset(absent), frozenset())),
    ),
    core(
        "the list that shrank is never believed",
        "I6",
        core_properties,
        "judge_absence",
        instead(lambda absent, *, current, suspects: Absence(frozenset(), frozenset(absent))),
    ),
    core(
        "suspects are forgotten",
        "I6",
        core_properties,
        "judge_absence",
        changed(lambda judged: Absence(judged.gone, frozenset())),
    ),
    core(
        "only an empty list is doubted",
        "I6",
        core_properties,
        "judge_absence",
        lambda original: (
            lambda absent, *, current, suspects: (
                original(absent, current=current, suspects=suspects)
                if len(absent) == current
                else Absence(frozenset(absent), frozenset())
            )
        ),
    ),
    core("checklists have no end", "I9", state, "CHECKLIST_LIMIT", instead(10_000)),
)
