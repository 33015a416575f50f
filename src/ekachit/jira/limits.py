"""How much and how fast: sizes, times, and at most a few requests at once to a site."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Final

LONGEST_WAIT: Final = 3600.0
_MEBIBYTE: Final = 1024 * 1024
# No number of seconds and no date is longer.
_LONGEST_HEADER: Final = 40


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one transport. Times in seconds, sizes in bytes after decompression."""

    total_seconds: float = 30.0
    connect_seconds: float = 10.0
    # How long an address may be silent before the next one, of the other family, is tried beside it
    # (RFC 8305 §5).
    address_seconds: float = 0.25
    body_bytes: int = 8 * _MEBIBYTE
    error_body_bytes: int = 64 * 1024
    requests_per_site: int = 2
    connections: int = 1000
    keepalive_seconds: float = 45.0


def retry_after(value: str | None, *, now: datetime | None = None) -> float | None:
    """Return the seconds that a Retry-After header asks for: 0 to 3600, None where it says nothing.

    Both forms of RFC 9110 §10.2.3 are read: seconds and a date. `now` is for a date.
    """
    text = (value or "").strip()
    if not text or len(text) > _LONGEST_HEADER:
        return None
    try:
        seconds = float(text) if text[-1].isdigit() else _until(text, now or datetime.now(UTC))
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT) if math.isfinite(seconds) else None


def _until(text: str, now: datetime) -> float:
    when = parsedate_to_datetime(text)
    return ((when if when.tzinfo else when.replace(tzinfo=UTC)) - now).total_seconds()


@dataclass(slots=True)
class _Lane:
    gate: asyncio.Semaphore
    users: int = 0
    held_until: float = field(default=0.0)


class Lanes:
    """One lane for each site: a few requests at once, and none before the time that the site asked for."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._lanes: dict[str, _Lane] = {}

    def enter(self, site: str) -> _Place:
        """Return a place in the site's lane: `async with` waits for it and holds it."""
        return _Place(self, site)

    def lane(self, site: str) -> _Lane:
        """Return the site's lane."""
        lane = self._lanes.get(site)
        if lane is None:
            lane = self._lanes[site] = _Lane(asyncio.Semaphore(self._width))
        return lane

    def hold(self, site: str, seconds: float) -> None:
        """Let nothing through to the site for a while."""
        lane = self.lane(site)
        lane.held_until = max(lane.held_until, asyncio.get_running_loop().time() + seconds)

    def held(self, site: str) -> float:
        """Return for how many seconds the site is still held; 0 where it is not."""
        lane = self._lanes.get(site)
        return 0.0 if lane is None else max(0.0, lane.held_until - asyncio.get_running_loop().time())

    def forget_idle(self, site: str) -> None:
        """Forget the site's lane, unless somebody uses it or it is held."""
        lane = self._lanes[site]
        if not lane.users and not self.held(site):
            del self._lanes[site]


class _Place:
    """One of the places in a site's lane."""

    __slots__ = ("_lane", "_lanes", "_site")

    def __init__(self, lanes: Lanes, site: str) -> None:
        self._lanes, self._site = lanes, site

    async def __aenter__(self) -> None:
        self._lane = self._lanes.lane(self._site)
        self._lane.users += 1
        try:
            await self._lane.gate.acquire()
        except BaseException:
            self._leave()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lane.gate.release()
        self._leave()

    def _leave(self) -> None:
        self._lane.users -= 1
        self._lanes.forget_idle(self._site)
