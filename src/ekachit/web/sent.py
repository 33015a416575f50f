"""Numbers that a page sends back: whatever comes may be anything."""

from __future__ import annotations

import re

# All that a database takes for an id; a text of thousands of digits is no number even to Python.
_NUMBER = re.compile(r"[0-9]{1,18}")


def number(text: str) -> int | None:
    """Return the number that was sent, None where it is none, or none that a row could have."""
    return int(text) if _NUMBER.fullmatch(text) else None


def number_or_none_such(text: str) -> int:
    """Return the number that was sent, -1 where it is none: no edition, and no priority, is that."""
    found = number(text)
    return -1 if found is None else found
