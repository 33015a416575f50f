"""A working day of the tests: Wednesday, 25 November 2026, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime


def at(hour: int, minute: int = 0, *, day: int = 25) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)
