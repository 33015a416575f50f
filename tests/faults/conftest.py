from __future__ import annotations

import pytest

from tests.faults.stage import Site, settle


@pytest.fixture
def ada(db: None) -> Site:
    """Ada, whose first pass is due."""
    return settle()


@pytest.fixture
def adas(ada: Site) -> Site:
    """Ada, with everything imported half an hour ago."""
    return ada.imported()
