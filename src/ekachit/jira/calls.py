"""The closed list of calls: what is not in `Endpoint` cannot be asked. And how one is put and noted."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from ekachit.jira.errors import JiraError, Unavailable
from ekachit.jira.ledger import Call, Ledger


class Endpoint(Enum):
    """Every call that can be made: method and path."""

    TENANT_INFO = ("GET", "/_edge/tenant_info")
    MYSELF = ("GET", "/rest/api/3/myself")
    FIELDS = ("GET", "/rest/api/3/field")
    PROJECTS = ("GET", "/rest/api/3/project/search")
    PROJECT_STATUSES = ("GET", "/rest/api/3/project/{id}/statuses")
    COUNT = ("POST", "/rest/api/3/search/approximate-count")
    SEARCH = ("POST", "/rest/api/3/search/jql")
    ISSUE = ("GET", "/rest/api/3/issue/{id}")
    TRANSITIONS = ("GET", "/rest/api/3/issue/{id}/transitions")
    TRANSITION = ("POST", "/rest/api/3/issue/{id}/transitions")


# These prove who asks, or that there is a Jira at all: what is wrong with their answers is wrong with those.
PROVING: Final = frozenset({Endpoint.TENANT_INFO, Endpoint.MYSELF})


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One call. `of` is the id of the issue or project it is about, where it is about one."""

    endpoint: Endpoint
    why: str
    of: str = ""
    query: Mapping[str, str] | None = None
    body: bytes | None = None
    fields: tuple[str, ...] = ()

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self.endpoint.value[0]

    @property
    def path(self) -> str:
        """The path, with the id in its place.

        Raises:
            ValueError: the id is none.
        """
        template = self.endpoint.value[1]
        return template.format(id=number(self.of)) if "{id}" in template else template


class Note:
    """A ledger entry in the making."""

    def __init__(self, call: Question, ledger: Ledger, clock: Callable[[], datetime]) -> None:
        self.status: int | None = None
        self._ledger = ledger
        self._what = (clock(), call.method, call.path, call.why, call.fields)
        self._started = time.monotonic()
        self._count: int | None = None
        self._error: str | None = "interrupted"
        self._sent = True

    def succeed(self, count: int | None) -> None:
        """Note that it went well, and how many things came back."""
        self._count, self._error = count, None

    def fail(self, trouble: JiraError) -> None:
        """Note what went wrong."""
        self._error = trouble.code
        self._sent = trouble.sent if isinstance(trouble, Unavailable) else trouble.code != "address_blocked"

    def withhold(self) -> None:
        """Note that nothing was sent."""
        self._sent = False

    def record(self) -> None:
        """Record the call, unless nothing was sent."""
        if self._sent:
            seconds = time.monotonic() - self._started
            self._ledger.record(Call(*self._what, self._count, self.status, self._error, seconds))


def number(identifier: str) -> str:
    """Return an id that may become part of a path.

    Raises:
        ValueError: it has anything but digits.
    """
    if not (identifier.isascii() and identifier.isdigit()):
        raise ValueError("an id has digits only")
    return identifier
