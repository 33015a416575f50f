from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sync.scene import Scene
from tests.sync.simulation.stage import Stage
from tests.sync.two_ends import TwoEnds, two_ends


@pytest.fixture
def scene(db: None) -> Iterator[Scene]:
    """Ada with an empty site, for a story of single passes."""
    with Stage(1) as stage:
        yield Scene(stage)


@pytest.fixture
def ends(db: None) -> TwoEnds:
    """Ada, with her issues imported and two-way on in every project."""
    return two_ends()
