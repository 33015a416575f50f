"""When things changed, and what of an issue's latest history is read: its changes of status, not who made them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

_WHEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:?\d\d)")
_EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)


class StatusChange(Struct, frozen=True):
    """One change of an issue's status, by status ids, with the name before. Who made it is not read."""

    before: str
    after: str
    before_name: str = ""


class _ChangeItem(Struct, rename={"before": "from", "after": "to", "before_name": "fromString"}, frozen=True):
    field: str = ""
    before: str | None = None
    after: str | None = None
    before_name: str | None = None


class _History(Struct, frozen=True):
    created: str = ""
    items: list[_ChangeItem] = []


class Changelog(Struct, frozen=True):
    """The latest changes of an issue, as they come."""

    histories: list[_History] = []

    def status_changes(self) -> tuple[StatusChange, ...]:
        """Return the changes of status, newest first in whichever order they came."""
        newest_first = sorted(self.histories, key=lambda each: _sort_time(each.created), reverse=True)
        return tuple(
            StatusChange(item.before or "", item.after or "", item.before_name or "")
            for history in newest_first
            for item in reversed(history.items)
            if item.field == "status"
        )


def moment(text: str) -> datetime:
    """Return a time of Jira's as UTC. Offsets are the asker's zone and come without a colon.

    Raises:
        ValueError: it is none, or not between 1990 and 2200.
    """
    if _WHEN.fullmatch(text) is None:
        raise ValueError("has a time of unknown form")
    try:
        when = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("has a time that does not exist") from None
    if not _EARLIEST <= when < _LATEST:
        raise ValueError("has a time that cannot be")
    return when


def _sort_time(text: str) -> datetime:
    """When a change was made; one of unknown time counts as the oldest."""
    try:
        return moment(text)
    except ValueError:
        return _EARLIEST
