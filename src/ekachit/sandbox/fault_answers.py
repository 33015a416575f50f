"""Faults that answer in Jira's place, or in place of what Jira answered once it had done what was asked."""

# ruff: noqa: ARG002 # the methods of every behaviour take the same, also what one has no use for

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final, Literal

import msgspec

from ekachit.sandbox.auth import ERROR_PAGE, LOGIN_PAGE, PASSWORDS, UNAUTHENTICATED, refusals, scope_mismatch
from ekachit.sandbox.behaviour import Behaviour, Turn
from ekachit.sandbox.replies import HTML, JSON, Reply, error, html_reply, json_reply, text_reply
from ekachit.sandbox.search_endpoints import REMOVED
from ekachit.sandbox.world import World

WRITES: Final = {"endpoint": "transition"}
WRITE_LIMITS: Final = ((20, 2_000), (100, 30_000))
"""Writes to one issue in so many milliseconds ("Rate limiting", developer.atlassian.com, 3 Feb 2026)."""


class Answered(Behaviour):
    """An answer in Jira's place. `effect`: Jira does what was asked first, and only its answer is lost."""

    effect: bool = False

    def make(self, turn: Turn) -> Reply:
        """The answer."""
        raise NotImplementedError

    def instead(self, turn: Turn) -> Reply | None:
        """The answer, unless Jira shall do its part first."""
        return None if self.effect else self.make(turn)

    def after(self, turn: Turn, reply: Reply) -> Reply:
        """The answer in place of Jira's."""
        return self.make(turn) if self.effect else reply


class Unauthorized(Answered):
    """401, in the forms that Jira has for it."""

    form: Literal["text", "json", "password", "scope"] = "text"

    def make(self, turn: Turn) -> Reply:
        """The answer."""
        headers = {
            "x-seraph-loginreason": "AUTHENTICATED_FAILED",
            "WWW-Authenticate": 'OAuth realm="sandbox"',
        }
        if self.form == "json":
            return json_reply({"message": UNAUTHENTICATED, "status-code": 401}, 401, headers)
        if self.form == "scope":
            return scope_mismatch()
        return text_reply(PASSWORDS if self.form == "password" else UNAUTHENTICATED, 401, headers)


class Forbidden(Answered):
    """403: no permission, an address that is not allowed, or nothing said at all."""

    form: Literal["json", "html", "empty"] = "json"

    def make(self, turn: Turn) -> Reply:
        """The answer."""
        if self.form == "empty":
            return text_reply("", 403)
        if self.form == "html":
            return html_reply("<!DOCTYPE html><html><head><title>Access denied</title></head></html>", 403)
        return error(403, "The caller does not have permission to do this.")


class Captcha(Answered):
    """403 with the headers of a captcha."""

    def make(self, turn: Turn) -> Reply:
        """The answer."""
        return refusals()["bad-captcha"]


class LoginPage(Answered):
    """The HTML of a login page, or of a captive portal."""

    status: Literal[200, 401, 403] = 200

    def make(self, turn: Turn) -> Reply:
        """The answer."""
        return html_reply(LOGIN_PAGE, self.status)


class Redirect(Answered):
    """A redirect to another host."""

    status: int = 302
    to: str = "https://elsewhere.example.invalid/login"

    def make(self, turn: Turn) -> Reply:
        """The answer."""
        return text_reply("", self.status, {"Location": self.to})


class Gone(Answered):
    """410: the API has been removed."""

    def make(self, turn: Turn) -> Reply:
        """The answer."""
        return error(410, REMOVED)


class RateLimited(Answered):
    """429. `retry_after` is sent as it is given, whatever it is; None: no such header."""

    retry_after: str | int | float | None = 3
    reason: str | None = "jira-burst-based"
    html: bool = False

    def make(self, turn: Turn) -> Reply:
        """The answer."""
        reset = datetime.fromtimestamp(turn.world.now() / 1000, UTC) + timedelta(seconds=3)
        headers = {
            "X-RateLimit-Limit": "350",
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": f"{reset:%Y-%m-%dT%H:%M:%SZ}",
        }
        if self.retry_after is not None:
            headers["Retry-After"] = str(self.retry_after)
        if self.reason is not None:
            headers["RateLimit-Reason"] = self.reason
        if self.html:
            return html_reply(ERROR_PAGE, 429, headers)
        return json_reply({"errorMessages": ["Rate limit exceeded."], "errors": {}}, 429, headers)


class ServerError(Answered):
    """500, 502, 503 or 504."""

    status: Literal[500, 502, 503, 504] = 503
    retry_after: str | int | float | None = None
    body: Literal["html", "json", "empty"] = "html"

    def make(self, turn: Turn) -> Reply:
        """The answer."""
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        if self.body == "html":
            return html_reply(ERROR_PAGE, self.status, headers)
        if self.body == "json":
            return json_reply(
                {"errorMessages": ["Internal server error"], "errors": {}}, self.status, headers
            )
        return text_reply("", self.status, headers)


class EdgePage(Answered):
    """An HTML page of the edge in front of Jira, 400 unless said otherwise."""

    status: int = 400

    def make(self, turn: Turn) -> Reply:
        """The answer."""
        title = f"HTTP Status {self.status} – Bad Request"
        return html_reply(
            f'<!doctype html><html lang="en"><head><title>{title}</title></head></html>', self.status
        )


class Conflict(Answered):
    """409 on a transition: somebody else changes the issue at the same time."""

    where: ClassVar[Mapping[str, Any]] = WRITES

    def make(self, turn: Turn) -> Reply:
        """The answer."""
        return error(409, "The issue could not be transitioned because of a conflicting update.")


class ReadOnly(Answered):
    """A site that can be read only, for maintenance: every write is refused until it is disarmed."""

    where: ClassVar[Mapping[str, Any]] = {**WRITES, "times": None}

    status: Literal[403, 405, 503] = 503

    def make(self, turn: Turn) -> Reply:
        """The answer."""
        if self.status == 503:  # noqa: PLR2004 - Service Unavailable
            return html_reply(ERROR_PAGE, 503)
        return error(self.status, "Jira is in read-only mode.") if self.status == 403 else text_reply("", 405)  # noqa: PLR2004 # HTTP's own number


class Blank(Answered):
    """A good status and no body, as JSON."""

    status: int = 200

    def make(self, turn: Turn) -> Reply:
        """The answer."""
        return Reply(self.status, b"", {"Content-Type": JSON})


class Status(Answered):
    """Any answer at all: its status, body, content type and further headers."""

    status: int = 500
    body: str = ""
    content_type: str = HTML
    headers: dict[str, str] = msgspec.field(default_factory=dict)

    def make(self, turn: Turn) -> Reply:
        """The answer."""
        return Reply(self.status, self.body.encode(), {"Content-Type": self.content_type, **self.headers})


class WriteLimits(RateLimited):
    """Jira's limits of writes to one issue: 20 in 2 seconds, 100 in 30. Beyond them 429."""

    where: ClassVar[Mapping[str, Any]] = {**WRITES, "times": None}

    reason: str | None = "jira-per-issue-on-write"
    retry_after: str | int | float | None = 2
    limits: list[tuple[int, float]] | None = None
    """Other limits than Jira's: pairs of a number and the seconds in which it may be reached."""
    _written: dict[int, list[int]] = msgspec.field(default_factory=dict)

    def on_arm(self, world: World) -> None:
        """Begin to count."""
        self._written = defaultdict(list)

    def strikes(self, turn: Turn) -> bool:
        """Whether this write is one too many; if not, it is noted."""
        issue = turn.issue()
        if issue is None:
            return False
        now, written = turn.world.now(), self._written[issue.id]
        limits = WRITE_LIMITS if self.limits is None else [(most, span * 1000) for most, span in self.limits]
        if any(sum(now - when < span for when in written) >= most for most, span in limits):
            return True
        written.append(now)
        return False
