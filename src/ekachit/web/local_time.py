"""Times as people type them into a form, in their own zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_datetime

MINUTE_FORM = "%Y-%m-%dT%H:%M"


class LocalTimeError(ValueError):
    """What was typed is no time, or one that a change of the clocks skipped."""


def typed_form(moment: datetime, zone: ZoneInfo) -> str:
    """Return a moment as a `datetime-local` field holds it, to the minute."""
    return moment.astimezone(zone).strftime(MINUTE_FORM)


def moment_of(text: str, zone: ZoneInfo, *, was: datetime | None = None) -> datetime:
    """Return the moment, in UTC, that a `datetime-local` field names.

    Args:
        text: what the field holds.
        zone: the person's.
        was: what the field showed before. Left as it was, it is the very same moment, with its seconds, and the
            right one of two where clocks went back.

    Raises:
        LocalTimeError: it is no time, or the clocks jumped over it.
    """
    if was is not None and text.strip() == typed_form(was, zone):
        return was.astimezone(UTC)
    try:
        typed = parse_datetime(text.strip())
    except ValueError:
        typed = None
    if typed is None or typed.tzinfo is not None:
        raise LocalTimeError(text)
    moment = typed.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != typed:
        raise LocalTimeError(text)
    return moment


def moment_before(text: str, zone: ZoneInfo, limit: datetime) -> datetime:
    """Return the moment that a field names; of two of that name, the later one that lies before a limit.

    Raises:
        LocalTimeError: as for `moment_of`.
    """
    first = moment_of(text, zone)
    again = first.astimezone(zone).replace(fold=1).astimezone(UTC)
    return again if first < again <= limit else first
