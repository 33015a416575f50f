"""People with tasks."""

from __future__ import annotations

import pytest

from ekachit.accounts.actions import add_account
from ekachit.accounts.models import User
from ekachit.tasks.models import Task
from tests.web.making import make_task


@pytest.fixture
def ada(db: None) -> User:
    return add_account("ada@yourteam.dev")


@pytest.fixture
def ben(ada: User) -> User:
    """Somebody else."""
    return add_account("ben@yourteam.dev")


@pytest.fixture
def task(ada: User) -> Task:
    return make_task(ada, points=3)
