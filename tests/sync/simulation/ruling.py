"""The list of what can happen in a history. Each rule says what it did; an empty word: it could not."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Generic, TypeVar

from ekachit.connections.errors import ConnectError
from tests.sync.simulation.stage import Stage

On = TypeVar("On", bound=Stage)
Act = Callable[[Stage], str]


@dataclass(frozen=True, slots=True)
class Rule(Generic[On]):
    """Something that can happen on a stage. `weight` is how often, beside the others."""

    name: str
    weight: int
    act: Callable[[On], str]


class Rules(dict[str, Rule[On]]):
    """The rules of one kind of history, by name."""

    def rule(self, weight: int) -> Callable[[Callable[[On], str]], Callable[[On], str]]:
        """Put a function on the list."""

        def listed(act: Callable[[On], str]) -> Callable[[On], str]:
            self[act.__name__] = Rule(act.__name__, weight, act)
            return act

        return listed

    def chosen(self, stage: Stage, always: Collection[str]) -> list[Rule[On]]:
        """Swarm: a random half of the rules, so that each history is of another kind."""
        names = sorted(self)
        some = {name for name in names if stage.dice.random() < 0.5} | set(always)
        return [self[name] for name in names if name in some]


def step(stage: On, rule: Rule[On], steps: list[str]) -> None:
    """Let one thing happen."""
    steps.append(rule.name)
    try:
        did = rule.act(stage)
    except ConnectError as refused:
        did = refused.code
    steps[-1] = f"{rule.name} {did}"
    if did:
        stage.counts[rule.name] += 1
    stage.note(steps[-1])
    stage.clock.advance(stage.dice.choice((0.001, 1.0, 15.0)))


RULES: Rules[Stage] = Rules()
rule = RULES.rule
