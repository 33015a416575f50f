from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from tools import postgres

needs_server = pytest.mark.skipif(
    (postgres.installed_binaries() or postgres.wheel_binaries()) is None,
    reason="no PostgreSQL server programs on this machine",
)


@needs_server
def test_a_server_lasts_as_long_as_its_block() -> None:
    with postgres.server() as url:
        with psycopg.connect(url) as connection:
            row = connection.execute(
                "SELECT current_setting('listen_addresses'), current_database()"
            ).fetchone()
            folder = Path(connection.info.host)
        assert row == ("", "postgres")
        assert folder.stat().st_mode & 0o077 == 0
    assert not folder.exists()


@needs_server
def test_what_a_failed_start_said_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "SETTINGS", "port = 'none'\n")
    with pytest.raises(postgres.PostgresError, match='invalid value for parameter "port"'), postgres.server():
        pytest.fail("it started")


def test_no_server_programs_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "installed_binaries", lambda: None)
    monkeypatch.setattr(postgres, "wheel_binaries", lambda: None)
    with pytest.raises(postgres.PostgresError, match="no PostgreSQL server programs"), postgres.server():
        pytest.fail("it started")
