"""When things changed, and what of an issue's latest history is read: its changes of status, not who made them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

_FIRST_YEAR: Final = 1990
_PAST_YEAR: Final = 2200
_EARLIEST: Final = datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC)


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
    try:
        when = datetime.fromisoformat(text)
        zone = when.tzinfo
        when = when if zone is UTC else when.astimezone(UTC)
    except (ValueError, OverflowError):
        zone = None
    if zone is None or text[7:8] != "-":
        # Also one without an offset, which would be taken for a time of this machine's zone, and one by weeks.
        raise ValueError("has a time of unknown form")
    if not _FIRST_YEAR <= when.year < _PAST_YEAR:
        raise ValueError("has a time that cannot be")
    return when


def _sort_time(text: str) -> datetime:
    """When a change was made; one of unknown time counts as the oldest."""
    try:
        return moment(text)
    except ValueError:
        return _EARLIEST
