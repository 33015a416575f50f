"""Lengths of time as people type and read them: “1h 20m”, “90m”, “1.5h”, “1:20”."""

from __future__ import annotations

import re
from typing import Literal

HOUR = 3600
MINUTE = 60
# What one entry may hold; more is a slip of the keyboard, or belongs to several tasks.
MOST_HOURS = 200

_HOURS = r"(?:h|hrs?|hours?|horas?)"
_MINUTES = r"(?:m|mins?|minutes?|minutos?)"
_NUMBER = r"[0-9]{1,6}"
_DECIMAL = r"[0-9]{0,6}[.,][0-9]{1,6}"
_CLOCK = re.compile(rf"({_NUMBER}):([0-9]{{2}})(?: ?{_HOURS})?")
_BARE = re.compile(rf"(?:{_NUMBER}|{_DECIMAL})")
_ONE = re.compile(rf"({_NUMBER}|{_DECIMAL}) ?(?:({_HOURS})|({_MINUTES}))")
_BOTH = re.compile(rf"({_NUMBER}) ?{_HOURS}(?: |, ?| and | y )?({_NUMBER}) ?{_MINUTES}?")


class DurationError(ValueError):
    """What was typed is no length of time. `code` is stable: the words for it are the caller's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse_duration(text: str, *, bare: Literal["hours", "minutes"] | None = None) -> int:
    """Return the seconds that a person means; never 0, at most 200 hours, whole minutes where they typed such.

    Args:
        text: as typed: `1h 20m`, `1h20`, `90m`, `1.5h`, `1,5 h`, `1:20`, `2 hours 5 minutes`, in any case.
        bare: what a number alone counts; None refuses it, since 45 may mean either.

    Raises:
        DurationError: `empty`, `negative`, `unit_missing`, `minutes_over_59`, `zero`, `too_long` or `unclear`.
    """
    typed = " ".join(text.split()).lower()
    if not typed:
        raise DurationError("empty")
    if typed.startswith(("-", "−")):
        raise DurationError("negative")
    seconds = round(_seconds(typed, bare))
    if seconds < 1:
        raise DurationError("zero")
    if seconds > MOST_HOURS * HOUR:
        raise DurationError("too_long")
    return seconds


def written(seconds: float) -> str:
    """Return a length of time in the short form, to the minute: `1h 20m`, `2h`, `5m`; `0m` below half a minute."""
    hours, minutes = divmod(round(seconds / MINUTE), 60)
    parts = [f"{hours}h"] * bool(hours) + [f"{minutes}m"] * bool(minutes)
    return " ".join(parts) or "0m"


def _seconds(typed: str, bare: str | None) -> float:
    if fit := _CLOCK.fullmatch(typed) or _BOTH.fullmatch(typed):
        if int(fit[2]) >= 60:  # noqa: PLR2004 # minutes of an hour
            raise DurationError("minutes_over_59")
        return int(fit[1]) * HOUR + int(fit[2]) * MINUTE
    if fit := _ONE.fullmatch(typed):
        return _number(fit[1]) * (HOUR if fit[2] else MINUTE)
    if not _BARE.fullmatch(typed):
        raise DurationError("unclear")
    if bare is None:
        raise DurationError("unit_missing")
    return _number(typed) * (HOUR if bare == "hours" else MINUTE)


def _number(text: str) -> float:
    return float(text.replace(",", "."))
