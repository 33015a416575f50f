"""One history's surroundings, with deliveries that can be disturbed as passes can."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from ekachit.connections.models import Connection
from ekachit.sync import leases
from ekachit.sync.delivery import deliver
from ekachit.sync.leases import Claim, Lane
from ekachit.sync.models import OPEN_STATES, OutboxEntry, SiteHold
from tests.sync.sending.books import Books
from tests.sync.sending.line import SendLine
from tests.sync.sending.site import build
from tests.sync.simulation.passes import LONG_AGO
from tests.sync.simulation.stage import Person, Run, Stage

# What is waited beyond what a site asked for, at most.
MOST_JITTER = 1.3


@dataclass(slots=True)
class Sent(Run[SendLine, int]):
    """What a delivery did. `off` are projects whose two-way was off as it began."""

    off: frozenset[str]

    @property
    def attempts(self) -> int | None:
        return self.outcome


class SendingStage(Stage):
    """A stage on which changes are sent."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.doors = self.sites(build, (3, 5, 8))
        self.books = Books()
        self.asked_until = self.clock()
        self.on_sent: Callable[[SendingStage, Sent], None] = lambda _stage, _sent: None

    def heed(self, wait: float | None) -> None:
        """Note that the site asked to be left alone for so many seconds."""
        if wait is not None:
            self.asked_until = max(self.asked_until, self.clock() + timedelta(seconds=MOST_JITTER * wait))

    @property
    def person(self) -> Person:
        """The one whose changes are sent."""
        return self.people[0]

    def ready(self) -> Claim | None:
        """What a worker gets that looks now for something to send."""
        waiting = leases.to_send(50, at=self.clock())
        pk = self.person.connection.pk
        return leases.claim(pk, "sender", Lane.SEND) if pk in waiting else None

    def next_send(self) -> float | None:
        """In how many seconds something can be sent, None where nothing waits."""
        row = self.person.reload()
        entries = OutboxEntry.objects.filter(connection=row, state__in=OPEN_STATES).order_by("-pk")
        # Of one task the older one goes first.
        first = {each.task_id: each.not_before for each in entries}
        if not first or not row.active:
            return None
        hold = SiteHold.objects.filter(site=row.site).first()
        moment = max(min(first.values()), hold.until if hold else min(first.values()))
        return max(0.0, (moment - self.clock()).total_seconds())

    def send_in_time(
        self,
        *,
        crash_at: int | None = None,
        pause_at: int | None = None,
        meanwhile: Callable[[], None] | None = None,
    ) -> Sent | None:
        """The next delivery, at its time; None where nothing waits."""
        wait = self.next_send()
        if wait is None:
            return None
        if wait:
            self.clock.advance(wait + 0.001)
        claim = self.ready()
        if claim is None:
            return None
        return self.deliver(claim, crash_at=crash_at, pause_at=pause_at, meanwhile=meanwhile)

    def end_send_lease(self) -> None:
        """The sender's lease runs out, by the database's own clock."""
        Connection.objects.filter(pk=self.person.connection.pk, send_until__isnull=False).update(
            send_until=LONG_AGO + timedelta(days=1)
        )

    def deliver(
        self,
        claim: Claim,
        *,
        crash_at: int | None = None,
        pause_at: int | None = None,
        meanwhile: Callable[[], None] | None = None,
    ) -> Sent:
        """Send under a claim; at the given checkpoint the worker dies, or stands still while others act."""
        person = self.person
        person.reload()
        sent = Sent(person, SendLine(person, self.doors), self.books.switched_off(person))
        self.run(sent, lambda around: deliver(claim, around), crash_at, pause_at, meanwhile)
        self._file(sent)
        return sent

    def _file(self, sent: Sent) -> None:
        self.counts["deliveries"] += 1
        self.heed(sent.line.wait)
        self.counts["transitions"] += sum(each.made for each in sent.line.writes)
        books = self.books.plain(sent.person)
        self.count("delivery", sent, sent.attempts, sent.after.plain(), books, other="transitions")
        self.on_sent(self, sent)
