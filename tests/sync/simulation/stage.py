"""One history's whole surroundings: a clock, sites, people with connections, and passes that can be disturbed."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ParamSpec, Self, TypeVar
from unittest import mock

from django.db import transaction
from django.utils import timezone

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
from tests.sync.simulation.site import ADA, EMAILS, Clock, build, token_of

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
EAST, WEST = "east.atlassian.net", "west.atlassian.net"
# Small enough that a few issues make several pages and chunks.
PAGE, CHUNK = 4, 3


class Crash(BaseException):  # a process that dies raises nothing that code may catch
    """The process died here."""


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
        self.connection = Connection.objects.get(pk=self.connection.pk)
        return self.connection


@dataclass(slots=True)
class Running:
    """A pass under way: where it is to die or to stand still, and what it has reached."""

    line: Line
    crash_at: int | None = None
    pause_at: int | None = None
    reached: list[Checkpoint] = field(default_factory=list)
    standing: bool = False
    paused: asyncio.Event = field(default_factory=asyncio.Event)
    resume: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[Pass] | None = None

    async def seam(self) -> None:
        """Where a pass that is to stand still does so."""
        if self.standing and not self.paused.is_set():
            self.paused.set()
            await self.resume.wait()

    def at(self, point: Checkpoint) -> None:
        self.reached.append(point)
        if len(self.reached) == self.crash_at:
            raise Crash(point)
        if len(self.reached) == self.pause_at:
            self.standing = True


@dataclass(slots=True)
class Ran:
    """What a pass did. `stretches` are the rows before and after, without what others did while it stood still.

    `sent_too_late` counts requests made after the connection had ended meanwhile.
    """

    person: Person
    line: Line
    started: datetime
    stretches: list[tuple[Rows, Rows]]
    connection_before: Connection
    receipt: Pass | None
    reached: list[Checkpoint]
    calm: bool
    crashed: Checkpoint | None = None
    disturbed: Checkpoint | None = None
    sent_too_late: int = 0
    aside_before: dict[str, datetime | None] = field(default_factory=dict)

    @property
    def before(self) -> Rows:
        return self.stretches[0][0]

    @property
    def after(self) -> Rows:
        return self.stretches[-1][1]


_running: ContextVar[Running | None] = ContextVar("running", default=None)


def _reached(point: Checkpoint) -> None:
    now = _running.get()
    if now is not None:
        now.at(point)


class Stage:
    """Everything a history stands on. Use it as a context manager; nothing of it stays in the database."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.dice = random.Random(seed)  # noqa: S311 # chance in a test
        self.clock = Clock()
        self.doors = {
            site: InProcess(
                build(seed + place, self.clock, issues=self.dice.choice((3, 6, 9))), wait=self.clock.wait
            )
            for place, site in enumerate((EAST, WEST))
        }
        self.people: list[Person] = []
        self.trace: list[Any] = []
        self.counts: Counter[str] = Counter()
        self.recategorised: set[str] = set()
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
        self._exits.callback(checkpoints.watch(_reached))
        enter(self.runner)
        return self

    def __exit__(self, *_trouble: object) -> None:
        transaction.set_rollback(True)
        self._exits.close()

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
        yield Line(self.doors, _no_seam)

    # Passes

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
        line = Line(self.doors, _no_seam)
        before, row, started = rows_of(person.user), person.reload(), self.clock()
        aside = dict(PutAside.objects.filter(connection=row).values_list("issue_id", "version"))
        calm = world.version, self.clock.moment, world.index.lag is None
        left_at: int | None = None
        running, stretches = self._start(line, claim, crash_at=crash_at, pause_at=pause_at), []
        if running.paused.is_set() and meanwhile is not None:
            stretches.append((before, rows_of(person.user)))
            meanwhile()
            before = rows_of(person.user)
            # One may be past the gate already.
            left_at = None if person.reload().active else len(line.exchanges) + 1
        receipt = self._finish(running)
        stretches.append((before, rows_of(person.user)))
        ran = Ran(
            person,
            line,
            started,
            stretches,
            row,
            receipt,
            running.reached,
            calm=not line.struck
            and calm == (world.version, self.clock.moment, True)
            and receipt is not None
            and not running.paused.is_set(),
            crashed=None if receipt is not None else running.reached[-1],
            aside_before=aside,
            sent_too_late=0 if left_at is None else max(0, len(line.exchanges) - left_at),
            disturbed=running.reached[pause_at - 1] if pause_at and running.paused.is_set() else None,
        )
        self._record(ran)
        return ran

    def _start(self, line: Line, claim: Claim, *, crash_at: int | None, pause_at: int | None) -> Running:
        running = Running(line, crash_at, pause_at)
        line.seam = running.seam

        async def direct(
            work: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs
        ) -> Result:
            await running.seam()
            return _as_if_no_loop_ran(work, *args, **kwargs)

        around = Surroundings(
            line, clock=self.clock, chance=self.dice.random, in_database=direct, watch_seconds=None
        )

        async def begin() -> None:
            _running.set(running)
            running.task = asyncio.ensure_future(run_pass(claim, around))
            stood = asyncio.ensure_future(running.paused.wait())
            await asyncio.wait({running.task, stood}, return_when=asyncio.FIRST_COMPLETED)
            stood.cancel()

        self.runner.run(begin())
        return running

    def _finish(self, running: Running) -> Pass | None:
        """Let a pass go on to its end; None where it died."""

        async def end() -> Pass:
            running.resume.set()
            assert running.task is not None
            return await running.task

        try:
            return self.runner.run(end())
        except Crash:
            return None

    def _record(self, ran: Ran) -> None:
        for each in ran.line.exchanges:
            for kind in each.struck:
                self.counts[f"{kind} × {each.purpose}"] += 1
        if ran.crashed:
            self.counts[f"crash × {ran.crashed.value}"] += 1
        if ran.disturbed:
            self.counts[f"disturbed × {ran.disturbed.value}"] += 1
        self.counts["passes"] += 1
        receipt = ran.receipt
        self.note(
            "pass",
            [(each.method, each.path, each.status, each.code, each.struck) for each in ran.line.exchanges],
            [point.value for point in ran.reached],
            None
            if receipt is None
            else (
                receipt.state,
                receipt.code,
                receipt.created,
                receipt.updated,
                receipt.unchanged,
                receipt.failed,
            ),
            ran.after.plain(),
        )
        self.on_ran(self, ran)


def _as_if_no_loop_ran(
    work: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Result:
    """Work with the database on this thread's own connection: beside a loop, Django would take another."""
    loop = asyncio.get_running_loop()
    asyncio._set_running_loop(None)
    try:
        return work(*args, **kwargs)
    finally:
        asyncio._set_running_loop(loop)


async def _no_seam() -> None:
    """Nobody stands still here."""


@contextlib.contextmanager
def staged(seed: int) -> Iterator[Stage]:
    """A stage for one history."""
    with Stage(seed) as stage:
        yield stage
