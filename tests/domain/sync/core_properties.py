"""What must hold for every round of the pure core, by ids."""

from __future__ import annotations

import random

from msgspec.structs import replace

from ekachit.domain.sync import reconcile as core
from ekachit.domain.sync.absence import judge_absence
from ekachit.domain.sync.actions import Action, Create, Keep, MarkGone, Update
from ekachit.domain.sync.state import CHECKLIST_LIMIT, Held, Presence, RemoteView
from ekachit.domain.sync.status import task_status
from tests.domain.sync.worlds import World, apply, change_here, change_jira, draw


class CoreBrokenError(AssertionError):
    """A property of the core does not hold; `property_id` is its id."""

    def __init__(self, property_id: str, what: str) -> None:
        self.property_id = property_id
        super().__init__(f"{property_id}: {what}")


def require(holds: bool, property_id: str, what: str) -> None:  # noqa: FBT001 # reads as a sentence
    if not holds:
        raise CoreBrokenError(property_id, what)


def play(seed: int) -> int:
    """One history: a base, both sides changed, compared until nothing is left. Returns the rounds it took."""
    dice = random.Random(seed)  # noqa: S311 # chance in a test
    world = draw(dice, size=dice.choice((1, 3, 6)))
    jira, here = dice.choice(((0, 0), (0, 3), (3, 0), (1, 1), (4, 4)))
    change_jira(dice, world, jira)
    change_here(dice, world, here)
    check_absence(dice)
    rounds = settle(dice, world)
    # A late index shows what is long over: nothing of it may count.
    one_round(world, RemoteView(tuple(world.past.values())))
    return rounds


def settle(dice: random.Random, world: World) -> int:
    """Compare and apply until nothing changes any more (I9: at most one round more than there are issues)."""
    absent = frozenset(each for each in world.gone() if dice.random() < 0.7)
    issues = list(world.jira.values())
    if dice.random() < 0.3:
        # A late index: some answers are older than what we know already.
        issues = [world.past.get(each.issue_id, each) if dice.random() < 0.5 else each for each in issues]
    if dice.random() < 0.3 and issues:
        issues.append(replace(dice.choice(issues), title="The other of two"))
    view = RemoteView(tuple(issues), absent)
    most = len(issues) + len(world.held) + 1
    for rounds in range(1, most + 1):
        if not one_round(world, view):
            check_homes(world, view)
            return rounds
    raise CoreBrokenError("I9", f"not at rest after {most} rounds")


def check_homes(world: World, view: RemoteView) -> None:
    """At rest no sub-task is both on a checklist and a task of its own."""
    for issue in view.issues:
        held = world.held.get(issue.issue_id)
        if held is not None and held.version == issue.version:
            lines = {line.issue_id for line in held.values.checklist}
            require(not lines & world.held.keys(), "I1", "a sub-task with two homes")


def one_round(world: World, view: RemoteView) -> bool:
    """Decide, check what was decided, apply; returns whether anything changed."""
    scope, before = world.scope(), dict(world.held)
    actions = core.reconcile(view, before, scope)
    check_decided(world, view, actions)
    apply(world, actions)
    check_applied(before, world.held, view, actions, world.picked)
    return any(not isinstance(each, Keep) for each in actions)


def check_decided(world: World, view: RemoteView, actions: tuple[Action, ...]) -> None:
    scope = world.scope()
    about = [each.issue_id if isinstance(each, MarkGone) else each.issue.issue_id for each in actions]
    require(len(about) == len(set(about)), "I9", "two decisions about one issue")
    shown = {each.issue_id: each for each in reversed(view.issues)}
    for each in actions:
        match each:
            case Create(issue=issue, values=values):
                require(issue.issue_id not in world.held, "I2", "a second task for an issue")
                require(issue.project_id in scope.picked, "I1", "a task for a project that is not picked")
                require(values.status != "done", "I1", "a task for what was done before")
                home = issue.is_subtask and issue.parent_id in scope.imported
                require(not home, "I1", "a sub-task with two homes")
            case Update(issue=issue) | Keep(issue=issue):
                held = world.held[issue.issue_id]
                require(held.version is None or issue.version >= held.version, "I5", "a version went back")
                require(issue is shown[issue.issue_id], "X06", "the second of two counted")
            case MarkGone(issue_id=issue_id):
                require(issue_id in view.absent, "I6", "gone without proof")
                require(issue_id not in shown, "I6", "gone, and shown in the same view")


def check_applied(
    before: dict[str, Held],
    after: dict[str, Held],
    view: RemoteView,
    actions: tuple[Action, ...],
    picked: frozenset[str],
) -> None:
    updates = {each.issue.issue_id: each for each in actions if isinstance(each, Update)}
    shown = {each.issue_id: each for each in reversed(view.issues)}
    for issue_id, held in before.items():
        now = after.get(issue_id)
        require(now is not None and now.task_id == held.task_id, "I2", "a task is another or gone")
        assert now is not None
        require(
            now.presence is not Presence.GONE or held.presence is Presence.GONE or issue_id in view.absent,
            "I6",
            "gone",
        )
        issue = shown.get(issue_id)
        if issue is not None and (held.version is None or issue.version >= held.version):
            jiras = task_status(issue.category, before=held.values.status)
            require(now.values.status == jiras, "I4", "what Jira has was not taken over")
            require(jiras in {held.values.status, now.status}, "I4", "Jira changed and did not win")
            current = now.presence is Presence.CURRENT
            require(
                current == (issue.project_id in picked),
                "I1",
                "the presence does not say whether it is picked",
            )
            pending = held.status != held.values.status
            lost = pending and now.status != held.status
            aside = updates[issue_id].set_aside if issue_id in updates else None
            require(not lost or aside is not None, "I3", "a change was lost without a record")
            require(aside is None or lost, "I3", "something is set aside that was not lost")
            if aside is not None:
                kept = (aside.base, aside.ours, aside.jiras) == (held.values.status, held.status, jiras)
                require(kept, "I3", "what was set aside is not what was there")
        elif issue_id not in view.absent:
            require(now == held, "I5", "what was not shown, or shown too old, changed")
    for held in after.values():
        require(len(held.values.shown) <= CHECKLIST_LIMIT, "I9", "a checklist without end")
        require(len(held.values.shown) + held.values.more == len(held.values.checklist), "I9", "lines lost")


def check_absence(dice: random.Random) -> None:
    """A list that loses more than half at once marks nothing that no second pass has seen absent too (I6)."""
    ids = [str(each) for each in range(dice.randint(0, 8))]
    absent = {each for each in ids if dice.random() < dice.choice((0.1, 0.6, 1.0))}
    suspects = {each for each in ids if dice.random() < 0.3}
    judged = judge_absence(absent, current=len(ids), suspects=suspects)
    require(judged.gone | judged.suspects == absent, "I6", "an absence was forgotten")
    require(not judged.gone & judged.suspects, "I6", "gone and only suspected")
    if 2 * len(absent) > len(ids):
        require(judged.gone <= suspects, "I6", "more than half are gone at once, and nobody looked twice")
    again = judge_absence(absent, current=len(ids), suspects=judged.suspects | suspects)
    require(again.gone == absent, "I6", "a second pass agreed, and it is not believed")
