"""The list of what can happen in a history of sending: its own rules, and those of the other histories that fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.sync.sending.stage import SendingStage

Act = Callable[[SendingStage], str]


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that can happen. `weight` is how often, beside the others; an empty word: it could not."""

    name: str
    weight: int
    act: Act


RULES: dict[str, Rule] = {}


def rule(weight: int) -> Callable[[Act], Act]:
    """Put a function on the list."""

    def listed(act: Act) -> Act:
        RULES[act.__name__] = Rule(act.__name__, weight, act)
        return act

    return listed
