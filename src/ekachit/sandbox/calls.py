"""One request as the endpoints see it, and the forms in which they refuse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

import msgspec
from starlette.datastructures import QueryParams

from ekachit.sandbox.auth import Visitor
from ekachit.sandbox.index import Lag, View
from ekachit.sandbox.jql import JqlError
from ekachit.sandbox.replies import Reply
from ekachit.sandbox.search import Searches
from ekachit.sandbox.shapes import Shaper
from ekachit.sandbox.site import AbsentError, Issue, Project
from ekachit.sandbox.world import World

BAD_PAYLOAD: Final = "Invalid request payload. Refer to the REST API documentation and try again."

Body = TypeVar("Body")


@dataclass(slots=True)
class Asked:
    """A request as it came in. Header names are in lower case; `ref` is the id or key in the path."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    endpoint: Endpoint | None = None
    version: str = ""
    cloud_id: str | None = None
    ref: str = ""
    number: int = 0
    """Which request to this site it is, from 1."""
    form: str | None = None
    """Set by a fault: the asker counts as this kind of nobody (see `auth`)."""
    shift: int = 0
    """Set by a fault: how many places the next page begins too late."""
    lag: Lag | None = None
    """Set by a fault: how far the index is behind for this request."""
    _parameters: QueryParams | None = field(default=None, repr=False)

    @property
    def parameters(self) -> QueryParams:
        """The query, parsed at its first use."""
        if self._parameters is None:
            self._parameters = QueryParams(self.query)
        return self._parameters


@dataclass(frozen=True, slots=True)
class Call:
    """One request, as the endpoints see it."""

    world: World
    searches: Searches
    shaper: Shaper
    visitor: Visitor
    asked: Asked

    @property
    def body(self) -> bytes:
        """The request's body."""
        return self.asked.body

    def query(self, name: str, default: str = "") -> str:
        """A query parameter."""
        return self.asked.parameters.get(name, default)

    def queries(self, name: str) -> list[str]:
        """A query parameter that may be repeated or hold a comma-separated list."""
        parts = ",".join(self.asked.parameters.getlist(name)).split(",")
        return [part.strip() for part in parts if part.strip()]

    def number(self, name: str, default: int) -> int:
        """A query parameter that is a whole number, not negative. Raises `BadRequestError`."""
        text = self.query(name)
        if not text:
            return default
        if not text.isdigit():
            raise BadRequestError(f"The value '{text}' of '{name}' is not a number.")
        return int(text)

    def index_view(self, fresh: frozenset[int] = frozenset()) -> View | None:
        """What the search index knows, where it lags; `fresh` are the ids read from the database."""
        return self.world.index.view(self.world.now(), self.asked.lag, fresh)

    def issue(self) -> Issue:
        """The issue of the path. Raises `AbsentError` when there is none or it may not be seen."""
        issue = self.world.issue(self.asked.ref)
        if not self.world.sees(self.visitor.account, issue):
            raise AbsentError("No such issue")
        return issue

    def project(self) -> Project:
        """The project of the path. Raises `AbsentError` when there is none or it may not be seen."""
        ref = self.asked.ref
        absent = AbsentError(f"No project could be found with {'id' if ref.isdigit() else 'key'} '{ref}'.")
        try:
            project = self.world.project(ref)
        except AbsentError:
            raise absent from None
        if not self.world.sees_project(self.visitor.account, project):
            raise absent
        return project


class BadRequestError(JqlError):
    """A request that Jira answers with 400 and this text."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A method and path below `/rest/api/{version}`, with the scope it needs at the gateway."""

    method: str
    path: str
    answer: Callable[[Call], Reply]
    scope: str = "read:jira-work"
    signed_in_only: bool = False
    is_open: bool = False
    """Whether nobody asks who is there."""

    @property
    def name(self) -> str:
        """What faults call it: the function's name, without how the request is made."""
        return self.answer.__name__.removesuffix("_get").removesuffix("_post")


def decoded(raw: bytes, kind: type[Body]) -> Body:
    """A JSON body of this kind. Raises `BadRequestError`."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.DecodeError as wrong:
        raise BadRequestError(BAD_PAYLOAD) from wrong
