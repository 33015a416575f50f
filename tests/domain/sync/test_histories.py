"""The pure core over random histories: 50,000 by a plain seeded driver, some more by Hypothesis for their shape."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.sync.core_properties import play, settle
from tests.domain.sync.worlds import change_here, change_jira, draw

CHUNKS, EACH = 20, 2600


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_I1_I2_I3_I4_I5_I6_I9_hold_over_random_histories(chunk: int) -> None:  # noqa: N802 # ids of properties
    rounds = [play(chunk * EACH + place) for place in range(EACH)]
    assert len(rounds) == EACH
    assert max(rounds) > 1, "no history had anything to do"


@given(seed=st.integers(0, 2**32), size=st.integers(1, 4), jira=st.integers(0, 4), here=st.integers(0, 4))
@settings(max_examples=300, deadline=None)
def test_both_sides_changed_come_to_rest(seed: int, size: int, jira: int, here: int) -> None:
    dice = random.Random(seed)  # noqa: S311 # chance in a test
    world = draw(dice, size)
    change_jira(dice, world, jira)
    change_here(dice, world, here)
    assert settle(dice, world) >= 1
