"""Faults that are events of the world: somebody changes something, a token ends, the index falls behind."""

# ruff: noqa: ARG002 # the methods of every behaviour take the same, also what one has no use for

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from ekachit.sandbox.auth import Stop, credentials
from ekachit.sandbox.behaviour import Behaviour, Turn
from ekachit.sandbox.index import FOREVER, Lag
from ekachit.sandbox.journal import CHANGES, BadChangeError, apply
from ekachit.sandbox.replies import Reply
from ekachit.sandbox.site import AbsentError
from ekachit.sandbox.workflow import Refusal
from ekachit.sandbox.world import World

THE_ISSUE = "@"
"""In a colleague's change: the issue that the request is about."""


class Anonymous(Behaviour):
    """The asker is taken for nobody: empty lists with 200, 404 for single things, 401 for /myself.

    `header` False: without `x-seraph-loginreason`. `form`: which kind of nobody (see `auth`).
    """

    form: Literal["bad", "bad-jql", "bad-empty"] = "bad"
    header: bool = True

    def before(self, turn: Turn) -> None:
        """Let the asker be nobody."""
        turn.asked.form = self.form

    def after(self, turn: Turn, reply: Reply) -> Reply:
        """The answer, without the telling header if so armed."""
        if not self.header:
            reply.headers = {
                name: value for name, value in reply.headers.items() if name.lower() != "x-seraph-loginreason"
            }
        return reply


class RevokeToken(Behaviour):
    """The asker's token ends before the request is answered, or right after. It stays so."""

    when: Literal["before", "after"] = "before"

    def before(self, turn: Turn) -> None:
        """End it now."""
        if self.when == "before":
            self._revoke(turn)

    def after(self, turn: Turn, reply: Reply) -> Reply:
        """End it now."""
        if self.when == "after":
            self._revoke(turn)
        return reply

    @staticmethod
    def _revoke(turn: Turn) -> None:
        try:
            turn.world.revoke(credentials(turn.asked.headers.get("authorization", ""))[1])
        except (Stop, AbsentError):
            return


class Colleague(Behaviour):
    """Somebody makes a change (the objects of `journal`) right before a request is answered, or right after.

    The issue `@` is the one that the request is about. A change that cannot be made any more is not made.
    """

    change: dict[str, Any]
    when: Literal["before", "after"] = "before"

    def on_arm(self, world: World) -> None:
        """See that it is a change. Raises `BadChangeError`."""
        if self.change.get("do") not in CHANGES:
            raise BadChangeError(f"'do' of the change must be one of {', '.join(sorted(CHANGES))}")

    def strikes(self, turn: Turn) -> bool:
        """Whether there is an issue where the change needs the request's."""
        return self.change.get("issue") != THE_ISSUE or turn.issue() is not None

    def counted_as(self, kind: str) -> tuple[str, ...]:
        """Under its own name, and that of the change."""
        return (kind, f"{kind}:{self.change['do']}")

    def before(self, turn: Turn) -> None:
        """Make the change now."""
        if self.when == "before":
            self._make(turn)

    def after(self, turn: Turn, reply: Reply) -> Reply:
        """Make the change now."""
        if self.when == "after":
            self._make(turn)
        return reply

    def _make(self, turn: Turn) -> None:
        change = dict(self.change)
        issue = turn.issue()
        if change.get("issue") == THE_ISSUE and issue is not None:
            change["issue"] = str(issue.id)
        try:
            apply(turn.world, change)
        except (AbsentError, Refusal):
            return


class Automation(Behaviour):
    """After a transition a rule takes the issue to `to`, or back to where it was; `delay` seconds later."""

    where: ClassVar[Mapping[str, Any]] = {"endpoint": "transition"}

    to: str | None = None
    delay: float = 0.0
    _before: str | None = None

    def strikes(self, turn: Turn) -> bool:
        """Only where there is an issue."""
        return turn.issue() is not None

    def before(self, turn: Turn) -> None:
        """Note where the issue is."""
        issue = turn.issue()
        self._before = issue.status_id if issue else None

    def after(self, turn: Turn, reply: Reply) -> Reply:
        """Let the rule act, if the transition was made."""
        issue = turn.issue()
        received = turn.world.received[-1:]
        made = bool(received) and received[0].request == turn.asked.number and received[0].applied
        if made and issue is not None and self._before is not None:
            turn.world.take_later(issue, self.to or self._before, self.delay)
        return reply


class IndexLag(Behaviour):
    """Searches see every issue, or the `issues` named, as it was `seconds` ago; None: until `catch_up`.

    What changed before it was armed is seen as it is. It counts as struck when a search showed something old.
    """

    where: ClassVar[Mapping[str, Any]] = {"endpoint": ["search", "count"], "times": None}

    seconds: float | None = None
    issues: list[str | int] | None = None
    _lag: Lag | None = None

    def on_arm(self, world: World) -> None:
        """Begin to keep what changes. Raises `AbsentError`."""
        behind = FOREVER if self.seconds is None else self.seconds
        ids = None if self.issues is None else [world.issue(ref).id for ref in self.issues]
        self._lag = Lag(behind) if ids is None else Lag(0.0, dict.fromkeys(ids, behind))
        world.index.keep()

    def on_disarm(self, world: World) -> None:
        """Keep it no longer."""
        world.index.drop()

    def counted_as(self, kind: str) -> tuple[str, ...]:
        """The exchange counts it, when it shows."""
        return ()

    def before(self, turn: Turn) -> None:
        """Let this search see the past."""
        turn.asked.lag = self._lag


class ClockSkew(Behaviour):
    """The site's clock is `seconds` ahead (or behind), in its data and in the Date header, until disarmed."""

    where: ClassVar[Mapping[str, Any]] = {"times": None}

    seconds: float = 600.0

    def on_arm(self, world: World) -> None:
        """Set the clock."""
        world.skew(self.seconds)

    def on_disarm(self, world: World) -> None:
        """Set it right."""
        world.skew(0)


class DateHeader(Behaviour):
    """The Date header says something else, or nonsense; the site's data are right."""

    value: str = "Thu, 01 Jan 1970 00:00:00 GMT"

    def after(self, turn: Turn, reply: Reply) -> Reply:
        """The answer with that date."""
        reply.headers["Date"] = self.value
        return reply
