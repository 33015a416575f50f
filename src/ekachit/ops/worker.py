"""The worker: takes due connections and runs their passes side by side in one event loop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import signal
import socket
from collections.abc import Callable

import uvloop
from django.db import DatabaseError, close_old_connections

from ekachit.config import settings
from ekachit.connections.instance import held_back
from ekachit.connections.way_out import way_out
from ekachit.jira.transport import AiohttpTransport, Transport
from ekachit.ops import watchdog
from ekachit.ops.housekeeping import Housekeeping
from ekachit.ops.pace import Pace
from ekachit.sync.delivery import deliver
from ekachit.sync.engine import run_pass
from ekachit.sync.leases import Claim, Lane, claim_due, claim_to_send
from ekachit.sync.surroundings import InDatabase, Surroundings, in_thread
from ekachit.sync.thread import DatabaseThread

log = logging.getLogger(__name__)

# A click is on its way after half of this on average.
TICK_SECONDS = 0.1
AT_ONCE = 32
GRACE_SECONDS = 8.0


class Worker:
    """Claims due connections and runs one pass for each, at most `AT_ONCE` side by side, fewer by its `pace`.

    `alive` is called every few seconds for as long as it does not hang.
    """

    def __init__(
        self,
        transport: Transport,
        alive: Callable[[], None] = lambda: None,
        in_database: InDatabase = in_thread,
        pace: Pace | None = None,
    ) -> None:
        self._alive = alive
        self._pace = pace or Pace(AT_ONCE)
        self._around = Surroundings(transport, in_database=in_database)
        self._owner = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._running: set[asyncio.Task[None]] = set()
        self._stop = asyncio.Event()
        self._database_away = False

    def stop(self) -> None:
        """Take nothing new, and let what runs end within its grace."""
        self._stop.set()

    async def run(self, *, once: bool) -> None:
        """Work until stopped; with `once`, until nothing is due any more."""
        keeper = Housekeeping(self._owner, alive=self._alive, in_database=self._around.in_database)
        # The first round spreads what is late, so it is made before anything is taken.
        await self._try_round(keeper)
        housekeeping = asyncio.ensure_future(keeper.run())
        try:
            while not self._stop.is_set():
                taken = await self._tick()
                if once and not taken and not self._running:
                    break
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), TICK_SECONDS)
        finally:
            housekeeping.cancel()
            await self._wind_down()

    async def _try_round(self, keeper: Housekeeping) -> None:
        try:
            await self._around.in_database(keeper.make_round)
        except DatabaseError as trouble:
            self._note_database(trouble)

    def _note_database(self, trouble: DatabaseError | None) -> None:
        """Log once when the database does not answer and once when it does again: a full disk needs no more lines."""
        if trouble is not None and not self._database_away:
            log.warning("The database did not answer: %s", type(trouble).__name__)
        elif trouble is None and self._database_away:
            log.info("The database answers again")
        self._database_away = trouble is not None

    async def _tick(self) -> int:
        room = self._pace.limit - len(self._running)
        if room <= 0:
            return 0
        try:
            claims = await self._around.in_database(self._claim, room)
        except DatabaseError as trouble:
            self._note_database(trouble)
            return 0
        self._note_database(None)
        for claim in claims:
            task = asyncio.ensure_future(self._one(claim))
            self._running.add(task)
            task.add_done_callback(self._forget)
        if claims:
            self._pace.note(len(self._running))
        return len(claims)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._pace.note(len(self._running))

    def _claim(self, room: int) -> list[Claim]:
        close_old_connections()
        if held_back():
            return []
        # What somebody has just clicked goes before what merely is due.
        sending = claim_to_send(self._owner, room)
        return [*sending, *claim_due(self._owner, room - len(sending))]

    async def _one(self, claim: Claim) -> None:
        try:
            await (deliver if claim.lane is Lane.SEND else run_pass)(claim, self._around)
            self._pace.ended_well()
        except asyncio.CancelledError:
            raise
        except MemoryError:
            self._pace.ran_out()
        except DatabaseError as trouble:
            log.warning("The pass of connection %s: %s", claim.connection_id, type(trouble).__name__)
        except Exception:  # a bulkhead: one connection's trouble must not end the others' worker
            log.exception("Work for connection %s failed in a way nobody foresaw", claim.connection_id)

    async def _wind_down(self) -> None:
        if not self._running:
            return
        _, pending = await asyncio.wait(self._running, timeout=GRACE_SECONDS)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)


async def _main(in_database: InDatabase, *, once: bool) -> None:
    async with AiohttpTransport(way_out()) as transport:
        watchdog.still_alive()
        pace = Pace(AT_ONCE, settings().home)
        worker = Worker(transport, watchdog.still_alive, in_database, pace)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, worker.stop)
        try:
            await worker.run(once=once)
            pace.close()
        finally:
            watchdog.at_an_end()


def run_worker(*, once: bool = False) -> None:
    """Run a worker until SIGINT or SIGTERM; with `once`, until nothing is due."""
    with DatabaseThread() as in_database, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_main(in_database, once=once))
