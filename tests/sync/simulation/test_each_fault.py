"""Every kind of fault, in every form, meets a pass where it proves, where it lists and where it reads by id.

On PostgreSQL, which is slower at it, in its first form alone: what a fault does to a pass is the same there.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.sync.simulation.history import begin
from tests.sync.simulation.mass import ON_SQLITE, quietly
from tests.sync.simulation.passes import poll
from tests.sync.simulation.properties import check_pass
from tests.sync.simulation.quiet import quiesce
from tests.sync.simulation.rules_engine import FAULTS, OF_SEARCHES, PURPOSES, arm
from tests.sync.simulation.ruling import RULES
from tests.sync.simulation.stage import Stage

# What a late index shows is not there to be seen in a reading that asks for consistency; a clock strikes nothing; a
# page can only shift where there is one before.
NEVER = {("index_lag", "fetch"), ("clock_skew", "list"), ("clock_skew", "fetch"), ("pages_shift", "fetch")}


@pytest.mark.django_db
@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("kind", sorted(FAULTS))
def test_a_fault_meets_a_pass(kind: str, purpose: str) -> None:
    if purpose == "prove" and kind in OF_SEARCHES:
        purpose = "list"
    forms = FAULTS[kind] if ON_SQLITE else FAULTS[kind][:1]
    with quietly():
        struck = sum(met(kind, purpose, given, seed) for seed, given in enumerate(forms))
    assert struck or (kind, purpose) in NEVER


def met(kind: str, purpose: str, given: dict[str, Any], seed: int) -> int:
    """One short history with one fault; returns how often it struck."""
    with Stage(seed) as stage:
        stage.on_ran = check_pass
        begin(stage)
        poll(stage, stage.people[0])
        if kind == "index_lag":
            stage.world().lag()
        for name in ("edit", "create", "create", "create", "give", "change_status"):
            RULES[name].act(stage)
        arm(stage, kind, purpose, given=given)
        for _ in range(2):
            poll(stage, stage.people[0])
        struck = stage.counts[f"{kind} × {purpose}"]
        quiesce(stage)
        return struck
