"""Faults of the network. The server plays them on its sockets; calls inside the process raise what they mean."""

# ruff: noqa: ARG002 # the methods of every behaviour take the same, also what one has no use for

from __future__ import annotations

from ekachit.sandbox.behaviour import Behaviour, Turn
from ekachit.sandbox.replies import Reply, Trouble


class Reset(Behaviour):
    """The connection is reset. `effect`: only after Jira has done what was asked."""

    effect: bool = False

    def instead(self, turn: Turn) -> Reply | None:
        """No answer."""
        return None if self.effect else Reply(0, trouble=Trouble("reset"))

    def after(self, turn: Turn, reply: Reply) -> Reply:
        """No answer."""
        return Reply(0, trouble=Trouble("reset"))


class LostResponse(Behaviour):
    """Jira does what was asked, and the connection is closed without an answer."""

    def after(self, turn: Turn, reply: Reply) -> Reply:
        """No answer."""
        return Reply(0, trouble=Trouble("lost"))


class Closed(Behaviour):
    """The connection is closed before Jira has seen the request."""

    def instead(self, turn: Turn) -> Reply | None:
        """No answer."""
        return Reply(0, trouble=Trouble("lost"))


class HalfOpen(Behaviour):
    """The request is taken and never answered; the connection stays for `seconds`.

    `effect`: Jira does what was asked all the same.
    """

    seconds: float = 3600.0
    effect: bool = False

    def instead(self, turn: Turn) -> Reply | None:
        """No answer."""
        return None if self.effect else self._nothing()

    def after(self, turn: Turn, reply: Reply) -> Reply:
        """No answer."""
        return self._nothing()

    def _nothing(self) -> Reply:
        return Reply(0, trouble=Trouble("half_open", seconds=self.seconds))


class CutBody(Behaviour):
    """`keep` of the body comes (a share, from 0 to 1), though all of it was announced; then it is closed."""

    keep: float = 0.5

    def after(self, turn: Turn, reply: Reply) -> Reply:
        """The answer, to be cut."""
        reply.trouble = reply.trouble or Trouble("cut", keep=self.keep)
        return reply


class Slow(Behaviour):
    """The answer comes `piece` bytes at a time, with `seconds` between them.

    `in_headers`: the headers come so, and never end.
    """

    piece: int = 1
    seconds: float = 10.0
    in_headers: bool = False

    def after(self, turn: Turn, reply: Reply) -> Reply:
        """The answer, to be sent slowly."""
        reply.trouble = reply.trouble or Trouble(
            "slow", seconds=self.seconds, piece=max(1, self.piece), in_headers=self.in_headers
        )
        return reply
