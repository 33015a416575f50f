"""One history's surroundings, with deliveries that can be disturbed as passes can."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from ekachit.connections.models import Connection
from ekachit.sandbox.inprocess import InProcess
from ekachit.sync import leases
from ekachit.sync.checkpoints import Checkpoint
from ekachit.sync.delivery import deliver
from ekachit.sync.leases import Claim, Lane
from ekachit.sync.models import OPEN_STATES, OutboxEntry, SiteHold
from ekachit.sync.surroundings import Surroundings
from tests.sync.sending.books import Books
from tests.sync.sending.line import SendLine
from tests.sync.sending.site import build
from tests.sync.simulation.passes import LONG_AGO
from tests.sync.simulation.rows import Rows, rows_of
from tests.sync.simulation.stage import (
    EAST,
    WEST,
    Arguments,
    Crash,
    Person,
    Result,
    Running,
    Stage,
    _as_if_no_loop_ran,
    _running,
)

# What is waited beyond what a site asked for, at most.
MOST_JITTER = 1.3


class Sending(Running):
    """A delivery under way. Once it is dead nothing of it reaches the database any more."""

    dead = False
    work: asyncio.Task[int]

    def at(self, point: Checkpoint) -> None:
        """Die or stand still here, if it is to."""
        try:
            super().at(point)
        except Crash:
            self.dead = True
            raise


@dataclass(slots=True)
class Sent:
    """What a delivery did. `stretches` are as those of `Ran`; `off` are projects whose two-way was off as it began."""

    person: Person
    line: SendLine
    stretches: list[tuple[Rows, Rows]]
    reached: list[Checkpoint]
    attempts: int | None
    off: frozenset[str]
    crashed: Checkpoint | None
    disturbed: Checkpoint | None
    resumed_at: int = 0
    sent_too_late: int = 0


class SendingStage(Stage):
    """A stage on which changes are sent."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.doors = {
            site: InProcess(
                build(seed + place, self.clock, issues=self.dice.choice((3, 5, 8))), wait=self.clock.wait
            )
            for place, site in enumerate((EAST, WEST))
        }
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
        line = SendLine(person, self.doors)
        before, off = rows_of(person.user), self.books.switched_off(person)
        running, stretches, resumed_at, left_at = self._begin(line, claim, crash_at, pause_at), [], 0, None
        if running.paused.is_set() and meanwhile is not None:
            stretches.append((before, rows_of(person.user)))
            meanwhile()
            before, resumed_at = rows_of(person.user), len(line.exchanges)
            left_at = None if person.reload().active else resumed_at + 1
        attempts = self._end(running)
        stretches.append((before, rows_of(person.user)))
        disturbed = running.reached[pause_at - 1] if pause_at and running.paused.is_set() else None
        sent = Sent(
            person,
            line,
            stretches,
            running.reached,
            attempts,
            off,
            running.reached[-1] if attempts is None else None,
            disturbed,
            resumed_at,
            0 if left_at is None else max(0, len(line.exchanges) - left_at),
        )
        self._file(sent)
        return sent

    def _begin(self, line: SendLine, claim: Claim, crash_at: int | None, pause_at: int | None) -> Sending:
        running = Sending(line, crash_at, pause_at)
        line.seam = running.seam

        async def direct(
            work: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs
        ) -> Result:
            await running.seam()
            if running.dead:
                raise Crash
            return _as_if_no_loop_ran(work, *args, **kwargs)

        around = Surroundings(
            line, clock=self.clock, chance=self.dice.random, in_database=direct, watch_seconds=None
        )

        async def begin() -> None:
            _running.set(running)
            running.work = asyncio.ensure_future(deliver(claim, around))
            stood = asyncio.ensure_future(running.paused.wait())
            await asyncio.wait({running.work, stood}, return_when=asyncio.FIRST_COMPLETED)
            stood.cancel()

        self.runner.run(begin())
        return running

    def _end(self, running: Sending) -> int | None:
        async def end() -> int:
            running.resume.set()
            return await running.work

        try:
            return self.runner.run(end())
        except Crash:
            return None

    def _file(self, sent: Sent) -> None:
        for each in sent.line.exchanges:
            purpose = "transitions" if each.purpose == "other" else each.purpose
            for kind in each.struck:
                self.counts[f"{kind} × {purpose}"] += 1
        if sent.crashed:
            self.counts[f"crash × {sent.crashed.value}"] += 1
        if sent.disturbed:
            self.counts[f"disturbed × {sent.disturbed.value}"] += 1
        self.counts["deliveries"] += 1
        self.heed(sent.line.wait)
        self.counts["transitions"] += sum(each.made for each in sent.line.writes)
        self.note(
            "delivery",
            [(each.method, each.path, each.status, each.code, each.struck) for each in sent.line.exchanges],
            [point.value for point in sent.reached],
            sent.attempts,
            sent.stretches[-1][1].plain(),
            self.books.plain(sent.person),
        )
        self.on_sent(self, sent)


@contextlib.contextmanager
def staged(seed: int) -> Iterator[SendingStage]:
    """A stage for one history."""
    with SendingStage(seed) as stage:
        yield stage
