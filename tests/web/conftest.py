"""People who look at the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from ekachit.accounts.actions import add_account
from ekachit.accounts.models import User
from ekachit.config import settings as installation
from ekachit.connections.models import Connection
from ekachit.estimates.recall import forget_all
from tests.web.making import make_connection, make_projects

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _nothing_recalled() -> None:
    """What was learned of somebody in another test, whose database is gone, is not theirs who has the same id."""
    forget_all()


@pytest.fixture(autouse=True)
def _plain_static_files(settings: Any, tmp_path: Any) -> None:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.STATIC_ROOT = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def administrator(db: None) -> User:
    return add_account("first@yourteam.dev")


@pytest.fixture
def ada(administrator: User) -> User:
    """A person with the Pro plan and no other rights."""
    return add_account("ada@yourteam.dev", plan="pro")


@pytest.fixture
def freda(administrator: User) -> User:
    """A person with the free plan."""
    return add_account("freda@yourteam.dev", plan="free")


@pytest.fixture
def sign_in() -> SignIn:
    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


@pytest.fixture
def browser_of_ada(ada: User, sign_in: SignIn) -> Client:
    return sign_in(ada)


@pytest.fixture
def outsider(administrator: User, sign_in: SignIn) -> Client:
    """Somebody else, with every right there is."""
    return sign_in(administrator)


@pytest.fixture
def connection(ada: User) -> Connection:
    own = make_connection(ada)
    make_projects(own)
    return own


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[Any]:
    """A Jira with issues of the demo account, which this installation may speak to."""
    from ekachit.sandbox.run import SandboxThread  # noqa: PLC0415 # slow to import, needed by few tests
    from ekachit.sandbox.seed import build_world  # noqa: PLC0415 # likewise

    with SandboxThread(build_world()) as running:
        monkeypatch.setenv("EKACHIT_SANDBOX_HOSTS", f"127.0.0.1:{running.port}")
        installation.cache_clear()
        yield running
    monkeypatch.undo()
    installation.cache_clear()
