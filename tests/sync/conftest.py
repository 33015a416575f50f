from __future__ import annotations

import pytest

from tests.sync.two_ends import TwoEnds, two_ends


@pytest.fixture
def ends(db: None) -> TwoEnds:
    """Ada, with her issues imported and two-way on in every project."""
    return two_ends()
