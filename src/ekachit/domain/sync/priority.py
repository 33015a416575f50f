"""How urgent a priority is. Jira gives a name and an id; its rank is not in any answer that Ekachit may ask for."""

from __future__ import annotations

# Jira's default scheme, and the older one that many sites still have (`GET /rest/api/3/priority` of both).
_BY_NAME = {
    "highest": 1, "blocker": 1,
    "high": 2, "critical": 2,
    "medium": 3, "major": 3, "normal": 3,
    "low": 4, "minor": 4,
    "lowest": 5, "trivial": 5,
}  # fmt: skip
# The ids of either default scheme, in order of urgency: for sites whose names are in another language.
_BY_ID = {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5}


def priority_rank(name: str | None, priority_id: str | None) -> int | None:
    """Return 1 (most urgent) to 5 (least) for a priority, None where there is none or a site made its own."""
    if name is None:
        return None
    return _BY_NAME.get(name.strip().lower()) or _BY_ID.get(priority_id or "")
