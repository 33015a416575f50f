"""One history with sending: a seed decides the site, where two-way is on, which rules are on, and what happens."""

from __future__ import annotations

from collections.abc import Collection

from ekachit.connections import actions as connecting
from ekachit.connections.models import Project
from tests.sync.sending import rules_person, rules_worker
from tests.sync.sending.properties import check_pass, check_sent, check_step
from tests.sync.sending.quiet import quiesce
from tests.sync.sending.ruling import RULES
from tests.sync.sending.stage import SendingStage
from tests.sync.simulation import history as of_passes
from tests.sync.simulation import ruling as other
from tests.sync.simulation.history import HistoryFailedError, Played
from tests.sync.simulation.passes import poll
from tests.sync.simulation.ruling import Rule, step
from tests.sync.simulation.site import PROJECTS

ALWAYS = ("set_status", "send_now", "send_in_time")
STEPS = (8, 16)
# Rules of the other histories that make sense here as they are; theirs are a third as often.
SHARED = {
    "create": 1, "change_status": 6, "edit": 2, "reassign": 2, "give": 3, "move": 2, "delete": 1, "hide": 1,
    "automation": 2, "lag": 3, "catch_up": 3, "poll_on_time": 12, "crash": 2, "two_workers": 2, "faulty_pass": 3,
    "revoke": 1, "reinstate": 3, "renew_token": 3, "reconnect": 5, "pick": 2, "sync_now": 2, "own_work": 1,
    "clock_forward": 2,
}  # fmt: skip
RULE_BOOKS = (rules_person, rules_worker, of_passes)


def share() -> None:
    """Take over the rules of the other histories."""
    for name, weight in SHARED.items():
        RULES[name] = Rule(name, weight, other.RULES[name].act)


share()


def play(seed: int, only: Collection[str] = ()) -> Played:
    """Play the history of a seed, with every check; with `only`, of these rules alone.

    Raises:
        HistoryFailedError: something that must hold does not.
    """
    steps: list[str] = []
    with SendingStage(seed) as stage:
        stage.on_ran, stage.on_sent = check_pass, check_sent
        try:
            begin(stage)
            rules = [RULES[name] for name in sorted(only)] or RULES.chosen(stage, ALWAYS)
            for _ in range(stage.dice.randint(*STEPS)):
                step(stage, stage.dice.choices(rules, [each.weight for each in rules])[0], steps)
                check_step(stage)
            steps.append("quiesce")
            quiesce(stage)
        except Exception as broken:
            raise HistoryFailedError(seed, broken, steps) from broken
        stage.counts["histories"] += 1
        return Played(stage.trace_hash(), stage.counts, tuple(steps))


def begin(stage: SendingStage) -> None:
    """The person connects, imports, and switches two-way on in some projects."""
    person = stage.join(token=stage.dice.choice((1, 1, 1, 3)))
    connecting.pick_projects(person.connection, stage.dice.sample(PROJECTS, stage.dice.choice((3, 4, 4))))
    of_passes.due_now(stage, 0)
    poll(stage, person)
    for project in Project.objects.filter(connection=person.connection, picked=True).order_by("project_id"):
        if stage.dice.random() < 0.8:
            rules_person.switch(stage, project, on=True)
