"""The list of what can happen in a history of sending: its own rules, and those of the other histories that fit."""

from __future__ import annotations

from tests.sync.sending.stage import SendingStage
from tests.sync.simulation.ruling import Rules

RULES: Rules[SendingStage] = Rules()
rule = RULES.rule
