"""Each seeded mistake is seen, by a property that was named for it, within a bounded number of histories."""

from __future__ import annotations

import pytest

from tests.domain.sync import core_properties
from tests.sync.simulation.history import HistoryFailedError
from tests.sync.simulation.mass import ON_SQLITE, play_all
from tests.sync.simulation.mutant import Mutant
from tests.sync.simulation.mutants_core import CORE
from tests.sync.simulation.mutants_engine import ENGINE

CORE_HISTORIES, ENGINE_HISTORIES = 3000, 60


def test_there_are_many() -> None:
    assert len({each.name for each in CORE}) + len({each.name for each in ENGINE}) >= 40


@pytest.mark.parametrize("mutant", CORE, ids=lambda each: each.name)
def test_a_mistake_in_the_core_is_seen(mutant: Mutant) -> None:
    with mutant.at_work(), pytest.raises(core_properties.CoreBrokenError) as seen:
        play_core(CORE_HISTORIES)
    assert seen.value.property_id in mutant.seen_by, str(seen.value)


@pytest.mark.skipif(not ON_SQLITE, reason="what the properties see does not depend on the database")
@pytest.mark.django_db
@pytest.mark.parametrize("mutant", ENGINE, ids=lambda each: each.name)
def test_a_mistake_in_the_engine_is_seen(mutant: Mutant) -> None:
    with mutant.at_work(), pytest.raises(HistoryFailedError) as seen:
        play_all(range(ENGINE_HISTORIES), only=mutant.rules)
    assert seen.value.property_id in mutant.seen_by, str(seen.value)


def play_core(histories: int) -> None:
    for seed in range(histories):
        core_properties.play(seed)
