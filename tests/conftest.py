"""What every test stands on: a data folder of its own, no settings of the developer's, no network but loopback.

pytest-django reads Django's settings as soon as it knows their name, which is too early when an option names
them; so this file names them, after it has cleared the way.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from tests import loopback

_home = Path(tempfile.mkdtemp(prefix="ekachit-test-"))
atexit.register(shutil.rmtree, _home, ignore_errors=True)
# EKACHIT_JIRA_* name files that tests compare with (a capture, the API document), not settings.
for _name in [
    name for name in os.environ if name.startswith("EKACHIT_") and not name.startswith("EKACHIT_JIRA_")
]:
    del os.environ[_name]
os.environ["EKACHIT_HOME"] = str(_home / "var")
os.environ["DJANGO_SETTINGS_MODULE"] = "ekachit.settings"

import django  # noqa: E402 # the environment had to be ready first
from django.conf import settings as django_settings  # noqa: E402 # likewise

DATABASE_FIXTURES = {
    "db",
    "transactional_db",
    "django_db_setup",
    "django_db_serialized_rollback",
    "live_server",
}


def _prepare_database() -> None:
    """Put a SQLite test database in a file: threads then meet the locks that they meet in real life."""
    database = cast("dict[str, Any]", django_settings.DATABASES["default"])
    if database["ENGINE"] == "django.db.backends.sqlite3":
        database.setdefault("TEST", {})["NAME"] = str(_home / "test.sqlite3")
        database["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"


_prepare_database()
django.setup()


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    with loopback.guarded():
        yield


@pytest.fixture(autouse=True)
def _nothing_reached(_loopback_only: None) -> Iterator[None]:
    """Fail a test that reached out, also where the code swallowed the refusal."""
    loopback.reached.clear()
    yield
    assert loopback.reached == [], "tests may reach loopback only"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what touches the database: that is run on PostgreSQL too."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & DATABASE_FIXTURES or item.get_closest_marker("django_db"):
            item.add_marker("database")
