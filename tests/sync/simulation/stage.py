"""One history's whole surroundings: a clock, sites, people with connections, and passes that can be disturbed."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import random
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Self, TypeVar
from unittest import mock

from django.db import transaction
from django.utils import timezone

from ekachit import rows as statements
from ekachit.accounts.models import Plan, User
from ekachit.connections import actions as connecting
from ekachit.connections import reach
from ekachit.connections.models import Connection
from ekachit.jira import client, survey
from ekachit.sandbox.inprocess import InProcess
from ekachit.sandbox.world import World
from ekachit.sync import checkpoints, reading
from ekachit.sync.checkpoints import Checkpoint
from ekachit.sync.engine import run_pass
from ekachit.sync.leases import Claim
from ekachit.sync.models import Pass, PutAside
from ekachit.sync.surroundings import Surroundings
from tests.sync.simulation.line import Line
from tests.sync.simulation.rows import Rows, rows_of
from tests.sync.simulation.running import Crash, Outcome, Running, no_seam, reached
from tests.sync.simulation.site import ADA, EMAILS, Clock, build, token_of

EAST, WEST = "east.atlassian.net", "west.atlassian.net"
# Small enough that a few issues make several pages and chunks.
PAGE, CHUNK = 4, 3


class BrokenError(AssertionError):
    """A property does not hold. `property_id` is its id."""

    def __init__(self, property_id: str, what: str) -> None:
        self.property_id = property_id
        super().__init__(f"{property_id}: {what}")


@dataclass(slots=True)
class Person:
    """Somebody with a connection. `own` is the rows' state that only they may change."""

    user: User
    account: str
    site: str
    connection: Connection
    token: int = 1
    refused_in_row: int = 0
    not_before: datetime | None = None
    last_complete: datetime | None = None
    needs_reload: bool = False

    def reload(self) -> Connection:
        (self.connection,) = statements.every(Connection, "id = %s", [self.connection.pk])
        return self.connection


LineT = TypeVar("LineT", bound=Line)


@dataclass(slots=True)
class Run(Generic[LineT, Outcome]):
    """Work of the product for a person. `outcome` is None where it died.

    `stretches` are the rows before and after, without what others did while it stood still; `resumed_at` is how many
    requests it had made by then. `sent_too_late` counts requests made after the connection had ended meanwhile.
    """

    person: Person
    line: LineT
    stretches: list[tuple[Rows, Rows]] = field(default_factory=list, init=False)
    reached: list[Checkpoint] = field(default_factory=list, init=False)
    outcome: Outcome | None = field(default=None, init=False)
    crashed: Checkpoint | None = field(default=None, init=False)
    disturbed: Checkpoint | None = field(default=None, init=False)
    resumed_at: int = field(default=0, init=False)
    sent_too_late: int = field(default=0, init=False)

    @property
    def before(self) -> Rows:
        return self.stretches[0][0]

    @property
    def after(self) -> Rows:
        return self.stretches[-1][1]


@dataclass(slots=True)
class Ran(Run[Line, Pass]):
    """What a pass did. It was `calm` where nothing happened to it, and Jira stood still."""

    started: datetime
    connection_before: Connection
    aside_before: dict[str, datetime | None]
    calm: bool = field(default=False, init=False)

    @property
    def receipt(self) -> Pass | None:
        return self.outcome


class Stage:
    """Everything a history stands on. Use it as a context manager; nothing of it stays in the database."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.dice = random.Random(seed)  # noqa: S311 # chance in a test
        self.clock = Clock()
        self.doors = self.sites(build, (3, 6, 9))
        self.people: list[Person] = []
        self.trace: list[Any] = []
        self.counts: Counter[str] = Counter()
        self.on_ran: Callable[[Stage, Ran], None] = lambda _stage, _ran: None
        self._exits = contextlib.ExitStack()
        self.runner = asyncio.Runner()

    def __enter__(self) -> Self:
        enter = self._exits.enter_context
        enter(transaction.atomic())
        for where, name, value in (
            (timezone, "now", self.clock),
            (reach, "utc_now", self.clock),
            (survey, "AiohttpTransport", lambda _egress: self._survey_line()),
            (client, "PAGE_SIZE", PAGE),
            (client, "MOST_RECONCILED", CHUNK),
            (reading, "MOST_RECONCILED", CHUNK),
        ):
            enter(mock.patch.object(where, name, value))
        self._exits.callback(checkpoints.watch(reached))
        enter(self.runner)
        return self

    def __exit__(self, *_trouble: object) -> None:
        transaction.set_rollback(True)
        self._exits.close()

    def sites(self, build: Callable[..., World], sizes: Sequence[int]) -> dict[str, InProcess]:
        """Two sites, each with one of so many issues."""
        return {
            site: InProcess(
                build(self.seed + place, self.clock, issues=self.dice.choice(sizes)), wait=self.clock.wait
            )
            for place, site in enumerate((EAST, WEST))
        }

    def world(self, person: Person | None = None) -> World:
        return self.doors[person.site if person else EAST].world

    def note(self, *what: Any) -> None:
        """Add to the trace, whose hash is equal for two runs of one seed."""
        self.trace.append(what)

    def trace_hash(self) -> str:
        return hashlib.sha256(repr(self.trace).encode()).hexdigest()

    def join(self, site: str = EAST, account: str = ADA, token: int = 1) -> Person:
        """Somebody signs up and connects."""
        number = len(self.people)
        user = User.objects.create(email=f"person{number}-{self.seed}@example.invalid", plan=Plan.PRO)
        connection = self.connect(user, site, account, token)
        person = Person(user, account, site, connection, token)
        self.people.append(person)
        return person

    @staticmethod
    def connect(user: User, site: str, account: str, token: int) -> Connection:
        return connecting.connect(user, site=site, email=EMAILS[account], token=token_of(account, token))

    @contextlib.asynccontextmanager
    async def _survey_line(self) -> Any:
        yield Line(self.doors, no_seam)

    # Work of the product

    def pass_of(
        self,
        person: Person,
        claim: Claim,
        *,
        crash_at: int | None = None,
        pause_at: int | None = None,
        meanwhile: Callable[[], None] | None = None,
    ) -> Ran:
        """Run a pass under a claim; at the given checkpoint it dies, or stands still while others act."""
        world = self.world(person)
        row, started = person.reload(), self.clock()
        aside = dict(PutAside.objects.filter(connection=row).values_list("issue_id", "version"))
        ran = Ran(person, Line(self.doors, no_seam), started, row, aside)
        calm = world.version, self.clock.moment, world.index.lag is None
        self.run(ran, lambda around: run_pass(claim, around), crash_at, pause_at, meanwhile)
        ran.calm = (
            not ran.line.struck
            and calm == (world.version, self.clock.moment, True)
            and ran.receipt is not None
            and ran.disturbed is None
        )
        self._record(ran)
        return ran

    def run(
        self,
        run: Run[LineT, Outcome],
        work: Callable[[Surroundings], Coroutine[Any, Any, Outcome]],
        crash_at: int | None,
        pause_at: int | None,
        meanwhile: Callable[[], None] | None,
    ) -> None:
        """Let work go its way, and note in `run` how it went."""
        person, line, running = run.person, run.line, Running[Outcome](crash_at, pause_at)
        line.seam = running.seam
        around = Surroundings(
            line,
            clock=self.clock,
            chance=self.dice.random,
            in_database=running.in_database,
            watch_seconds=None,
        )
        before, left_at = rows_of(person.user), None
        self.runner.run(running.begin(work(around)))
        if running.paused.is_set() and meanwhile is not None:
            run.stretches.append((before, rows_of(person.user)))
            meanwhile()
            before, run.resumed_at = rows_of(person.user), len(line.exchanges)
            # One may be past the gate already.
            left_at = None if person.reload().active else run.resumed_at + 1
        with contextlib.suppress(Crash):
            run.outcome = self.runner.run(running.end())
        run.stretches.append((before, rows_of(person.user)))
        run.reached = running.reached
        run.crashed = running.reached[-1] if run.outcome is None else None
        run.disturbed = running.reached[pause_at - 1] if pause_at and running.paused.is_set() else None
        run.sent_too_late = 0 if left_at is None else max(0, len(line.exchanges) - left_at)

    def count(self, kind: str, run: Run[LineT, Outcome], *told: Any, other: str = "other") -> None:
        """Count what befell a run, and add to the trace what it did. `other` is what its other requests are for."""
        for each in run.line.exchanges:
            for fault in each.struck:
                self.counts[f"{fault} × {other if each.purpose == 'other' else each.purpose}"] += 1
        if run.crashed:
            self.counts[f"crash × {run.crashed.value}"] += 1
        if run.disturbed:
            self.counts[f"disturbed × {run.disturbed.value}"] += 1
        self.note(
            kind,
            [(each.method, each.path, each.status, each.code, each.struck) for each in run.line.exchanges],
            [point.value for point in run.reached],
            *told,
        )

    def _record(self, ran: Ran) -> None:
        self.counts["passes"] += 1
        receipt = ran.receipt
        told = receipt and (
            receipt.state,
            receipt.code,
            receipt.created,
            receipt.updated,
            receipt.unchanged,
            receipt.failed,
        )
        self.count("pass", ran, told, ran.after.plain())
        self.on_ran(self, ran)
