"""The record of every request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Call:
    """One request that was made, whatever came of it. Never a token, nor what a query or an answer held.

    `path` is the API's, without the gateway's prefix and without a query string; `fields` names the issue
    fields asked for; `count` is how many things came back; `error` is an error's code; `seconds` is how long
    it took.
    """

    at: datetime
    method: str
    path: str
    why: str
    fields: tuple[str, ...]
    count: int | None
    status: int | None
    error: str | None
    seconds: float


class Ledger(Protocol):
    """Where calls are recorded."""

    def record(self, call: Call) -> None:
        """Record a call."""
