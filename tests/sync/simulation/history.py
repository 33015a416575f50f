"""One history: a seed decides the site, the people, which rules are on, and what happens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from ekachit.connections import actions as connecting
from tests.sync.simulation import rules_engine, rules_jira, rules_person
from tests.sync.simulation.properties import check_pass
from tests.sync.simulation.quiet import quiesce
from tests.sync.simulation.ruling import RULES, step
from tests.sync.simulation.site import CAT, PROJECTS
from tests.sync.simulation.stage import WEST, BrokenError, Stage

ALWAYS = ("poll_on_time", "set_status", "change_status")
STEPS = (8, 16)
RULE_BOOKS = (rules_engine, rules_jira, rules_person)


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a history: a hash of all that happened, how often each thing did, and its steps in words."""

    trace_hash: str
    counts: Counter[str]
    steps: tuple[str, ...]


class HistoryFailedError(AssertionError):
    """A property broke in a history; says how to see it again."""

    def __init__(self, seed: int, broken: BrokenError | Exception, steps: list[str]) -> None:
        self.seed = seed
        self.property_id = broken.property_id if isinstance(broken, BrokenError) else type(broken).__name__
        again = f"make soak ARGS='--seed {seed}'"
        super().__init__("\n".join([f"{broken}  (seed {seed}; again: {again})", *steps[-40:]]))


def play(seed: int, only: Collection[str] = ()) -> Played:
    """Play the history of a seed, with every check; with `only`, of these rules alone.

    Raises:
        HistoryFailedError: something that must hold does not.
    """
    steps: list[str] = []
    with Stage(seed) as stage:
        stage.on_ran = check_pass
        try:
            begin(stage)
            rules = [RULES[name] for name in sorted(only)] or RULES.chosen(stage, ALWAYS)
            for _ in range(stage.dice.randint(*STEPS)):
                step(stage, stage.dice.choices(rules, [each.weight for each in rules])[0], steps)
            steps.append("quiesce")
            quiesce(stage)
        except Exception as broken:
            raise HistoryFailedError(seed, broken, steps) from broken
        stage.counts["histories"] += 1
        return Played(stage.trace_hash(), stage.counts, tuple(steps))


def begin(stage: Stage) -> None:
    """The first person connects and picks; sometimes there is a neighbour at another site."""
    person = stage.join(token=stage.dice.choice((1, 1, 1, 3)))
    if stage.dice.random() < 0.25:
        neighbour = stage.join(WEST, CAT)
        connecting.pick_projects(neighbour.connection, PROJECTS)
        due_now(stage, 1)
    connecting.pick_projects(person.connection, stage.dice.sample(PROJECTS, stage.dice.choice((2, 3, 4))))
    due_now(stage, 0)


def due_now(stage: Stage, number: int) -> None:
    row = stage.people[number].reload()
    row.due_at = stage.clock()
    row.save(update_fields=["due_at"])
