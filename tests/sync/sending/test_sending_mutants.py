"""Each seeded mistake in sending is seen, by a property that was named for it, within a bounded number of histories."""

from __future__ import annotations

import pytest

from tests.sync.sending.mass import play_all
from tests.sync.sending.mutants import MUTANTS
from tests.sync.simulation.history import HistoryFailedError
from tests.sync.simulation.mass import ON_SQLITE
from tests.sync.simulation.mutant import Mutant

HISTORIES = 60


def test_there_are_enough_mistakes() -> None:
    assert len({each.name for each in MUTANTS}) >= 10


@pytest.mark.skipif(not ON_SQLITE, reason="what the properties see does not depend on the database")
@pytest.mark.django_db
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda each: each.name)
def test_a_mistake_in_sending_is_seen(mutant: Mutant) -> None:
    with mutant.at_work(), pytest.raises(HistoryFailedError) as seen:
        play_all(range(HISTORIES), only=mutant.rules)
    assert seen.value.property_id in mutant.seen_by, str(seen.value)
