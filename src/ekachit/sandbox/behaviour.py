"""What a kind of fault can do: to the request before Jira sees it, in Jira's place, to Jira's answer."""

# ruff: noqa: ARG002 # the methods of every behaviour take the same, also what one has no use for

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec

from ekachit.sandbox.calls import Asked
from ekachit.sandbox.replies import Reply
from ekachit.sandbox.site import AbsentError, Issue
from ekachit.sandbox.world import World


@dataclass(slots=True)
class Turn:
    """A request that a fault strikes. `before` is the id of the status of its issue, if it has one."""

    world: World
    asked: Asked
    endpoint: str
    dice: random.Random

    def issue(self) -> Issue | None:
        """The issue in the request's path."""
        try:
            return self.world.issue(self.asked.ref)
        except AbsentError:
            return None


class Behaviour(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A kind of fault; its fields are what can be said when it is armed."""

    where: ClassVar[Mapping[str, Any]] = {}
    """Which requests the kind strikes unless that is said."""

    def on_arm(self, world: World) -> None:
        """Called when it is armed. Raises `BadChangeError`, `AbsentError`."""

    def on_disarm(self, world: World) -> None:
        """Called when it is disarmed."""

    def strikes(self, turn: Turn) -> bool:
        """Whether it has anything to do for a request that fits."""
        return True

    def counted_as(self, kind: str) -> tuple[str, ...]:
        """The names under which a strike is counted."""
        return (kind,)

    def before(self, turn: Turn) -> None:
        """Called before Jira sees the request."""

    def instead(self, turn: Turn) -> Reply | None:
        """The answer in Jira's place, which Jira then does not see; None to let the request through."""
        return None

    def after(self, turn: Turn, reply: Reply) -> Reply:
        """What becomes of an answer."""
        return reply


def page_in(reply: Reply) -> dict[str, Any] | None:
    """The listing in an answer; None where there is none in it."""
    if reply.status != 200 or reply.trouble is not None or "Content-Encoding" in reply.headers:  # noqa: PLR2004 - OK
        return None
    try:
        page = msgspec.json.decode(reply.body)
    except (msgspec.DecodeError, RecursionError):
        return None
    return page if isinstance(page, dict) and isinstance(page.get("issues"), list) else None


def with_page(reply: Reply, page: object) -> Reply:
    """The same answer with another body."""
    reply.body = msgspec.json.encode(page)
    return reply
