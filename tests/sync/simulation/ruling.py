"""The list of what can happen in a history. Each rule says what it did; an empty word: it could not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

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


RULES: Rules[Stage] = Rules()
rule = RULES.rule
