# ruff: noqa: N802 # names begin with the ids of the faults that the tests cover

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ekachit.jira.limits import retry_after

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("0", 0.0),
        ("7", 7.0),
        (" 1.5 ", 1.5),
        ("-5", 0.0),
        ("1000000000", 3600.0),
        ("9" * 30, 3600.0),
        ("1e999", None),
        ("9" * 400, None),
        ("soon", None),
        ("inf", None),
        ("nan", None),
        ("Tue, 24 Nov 2026 09:01:00 GMT", 60.0),
        ("Tue, 24 Nov 2026 08:00:00 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3600.0),
        ("Tue, 99 Nov 2026 09:01:00 GMT", None),
    ],
)
def test_N01_any_retry_after_is_read_and_capped(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, now=NOW) == seconds
