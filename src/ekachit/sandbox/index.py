"""The search index, which can lag behind the database.

While it lags, each change leaves a copy of the issue as it was, with the moment until which it was so. A
search then sees of each issue the copy that was true `seconds` ago, or for a lag without end the oldest copy,
until `catch_up`. A direct read of an issue never comes here.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from ekachit.sandbox.site import Issue

FOREVER = math.inf


@dataclass(frozen=True, slots=True)
class Lag:
    """How many seconds the index is behind: for all issues, and for single ones (by id)."""

    seconds: float = 0.0
    each: dict[int, float] = field(default_factory=dict)

    def of(self, issue_id: int) -> float:
        """The seconds for one issue."""
        return self.each.get(issue_id, self.seconds)


@dataclass(frozen=True, slots=True)
class Past:
    """An issue as it was until a moment; `state` None: it did not exist."""

    until: int
    change: int
    state: Issue | None


class Index:
    """What searches see of a site's issues."""

    def __init__(self) -> None:
        self.lag: Lag | None = None
        """How far behind the index is for every search; None: not at all."""
        self._keepers = 0
        self._past: dict[int, list[Past]] = {}

    def keep(self) -> None:
        """Let changes leave copies from now on, for one more who wants to see the past."""
        self._keepers += 1

    def drop(self) -> None:
        """One less wants to see the past; once nobody does, it is forgotten."""
        self._keepers -= 1
        if self._keepers == 0:
            self._past.clear()

    def before(self, issue_id: int, state: Issue | None, moment: int, change: int) -> None:
        """Note how an issue is before a change (its number) that happens at `moment`; once for each change."""
        if not self._keepers:
            return
        past = self._past.setdefault(issue_id, [])
        if not past or past[-1].change != change:
            past.append(Past(moment, change, copy.copy(state)))

    def catch_up(self, ids: Iterable[int] | None = None) -> list[int]:
        """Let the index see the present state of some issues (None: of all). The ids that were behind."""
        behind = sorted(self._past if ids is None else self._past.keys() & set(ids))
        for issue_id in behind:
            del self._past[issue_id]
        return behind

    def behind(self) -> list[int]:
        """The ids of the issues with a past, which a lagging search may see."""
        return sorted(self._past)

    def view(self, now: int, lag: Lag | None, fresh: frozenset[int]) -> View | None:
        """What one search sees; None: the present state of everything."""
        lag = lag or self.lag
        if lag is None or not self._past:
            return None
        seen: dict[int, Issue | None] = {}
        for issue_id, past in self._past.items():
            if issue_id not in fresh:
                moment = now - lag.of(issue_id) * 1000
                found = next((each for each in past if each.until > moment), None)
                if found is not None:
                    seen[issue_id] = found.state
        return View(seen) if seen else None


@dataclass(slots=True)
class View:
    """The issues that a search sees as they no longer are; None: not there yet."""

    past: dict[int, Issue | None]

    def of(self, issue: Issue) -> Issue | None:
        """An issue as this search sees it."""
        return self.past.get(issue.id, issue)
