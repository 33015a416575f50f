from __future__ import annotations

from collections.abc import Iterator

import pytest

from ekachit.sandbox.run import SandboxThread
from ekachit.sandbox.seed import build_world
from tests.sandbox.client import Client


@pytest.fixture
def sandbox() -> Iterator[SandboxThread]:
    with SandboxThread(build_world()) as running:
        yield running


@pytest.fixture
def client(sandbox: SandboxThread) -> Client:
    return Client(sandbox.url)
