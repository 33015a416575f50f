"""One request as the endpoints see it, and the forms in which they refuse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from ekachit.sandbox.auth import Visitor, json_response
from ekachit.sandbox.jql import JqlError
from ekachit.sandbox.search import Searches
from ekachit.sandbox.shapes import Shaper
from ekachit.sandbox.site import AbsentError, Issue, Project
from ekachit.sandbox.world import World

BAD_PAYLOAD: Final = "Invalid request payload. Refer to the REST API documentation and try again."

Body = TypeVar("Body")


@dataclass(frozen=True, slots=True)
class Call:
    """One request, as the endpoints see it."""

    world: World
    searches: Searches
    shaper: Shaper
    visitor: Visitor
    request: Request
    body: bytes

    def query(self, name: str, default: str = "") -> str:
        """A query parameter."""
        return self.request.query_params.get(name, default)

    def queries(self, name: str) -> list[str]:
        """A query parameter that may be repeated or hold a comma-separated list."""
        parts = ",".join(self.request.query_params.getlist(name)).split(",")
        return [part.strip() for part in parts if part.strip()]

    def number(self, name: str, default: int) -> int:
        """A query parameter that is a whole number, not negative. Raises `BadRequestError`."""
        text = self.query(name)
        if not text:
            return default
        if not text.isdigit():
            raise BadRequestError(f"The value '{text}' of '{name}' is not a number.")
        return int(text)

    def issue(self) -> Issue:
        """The issue of the path. Raises `AbsentError` when there is none or it may not be seen."""
        issue = self.world.issue(self.request.path_params["ref"])
        if not self.world.sees(self.visitor.account, issue):
            raise AbsentError("No such issue")
        return issue

    def project(self) -> Project:
        """The project of the path. Raises `AbsentError` when there is none or it may not be seen."""
        ref = self.request.path_params["ref"]
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
    answer: Callable[[Call], Response]
    scope: str = "read:jira-work"
    signed_in_only: bool = False


def error(status: int, message: str) -> Response:
    """An error with one message, in the body that Jira gives errors."""
    return json_response({"errorMessages": [message], "errors": {}}, status)


def decoded(raw: bytes, kind: type[Body]) -> Body:
    """A JSON body of this kind. Raises `BadRequestError`."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.DecodeError as wrong:
        raise BadRequestError(BAD_PAYLOAD) from wrong
