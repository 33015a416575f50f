"""The same rules under Hypothesis: fewer histories, but what fails is made as short as it can be."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from ekachit.connections.errors import ConnectError
from tests.sync.simulation.history import RULE_BOOKS, begin
from tests.sync.simulation.mass import quietly
from tests.sync.simulation.properties import check_pass
from tests.sync.simulation.quiet import quiesce
from tests.sync.simulation.ruling import RULES
from tests.sync.simulation.stage import Stage

assert len(RULE_BOOKS) == 3


class Histories(RuleBasedStateMachine):
    """One history, whose rules and luck Hypothesis chooses."""

    @initialize(seed=st.integers(0, 50))
    def begin(self, seed: int) -> None:
        self.stage = Stage(seed).__enter__()
        self.stage.on_ran = check_pass
        begin(self.stage)

    @rule(name=st.sampled_from(sorted(RULES)), luck=st.integers(0, 20))
    def happen(self, name: str, luck: int) -> None:
        self.stage.dice.seed(luck)
        try:
            RULES[name].act(self.stage)
        except ConnectError:
            return
        self.stage.clock.advance(1.0)

    def teardown(self) -> None:
        stage: Stage | None = getattr(self, "stage", None)
        if stage is None:
            return
        try:
            quiesce(stage)
        finally:
            stage.__exit__()


@pytest.mark.django_db
def test_every_property_holds_whatever_happens() -> None:
    with quietly():
        run_state_machine_as_test(
            Histories,
            settings=settings(
                max_examples=40,
                stateful_step_count=12,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                database=None,
                derandomize=True,
            ),
        )
