"""One pass for one connection: prove, list, fetch, reconcile, apply. A transaction never spans a network call."""

from __future__ import annotations

import asyncio
import contextlib

from django.db import DatabaseError

from ekachit.connections.reach import CallLog, client_for
from ekachit.domain.sync.schedule import Ending
from ekachit.domain.sync.state import Scope
from ekachit.jira.errors import AuthRejected, JiraError, Unavailable
from ekachit.sync.apply import Found, apply
from ekachit.sync.checkpoints import Checkpoint, reach
from ekachit.sync.gate import BudgetSpentError, Gate
from ekachit.sync.leases import Claim, LeaseLostError
from ekachit.sync.loading import Loaded, load
from ekachit.sync.models import Pass, PassState
from ekachit.sync.passes import Outcome, Tally, abandon, end
from ekachit.sync.reading import Reading
from ekachit.sync.surroundings import Surroundings
from ekachit.sync.watch import watched
from ekachit.vault.errors import VaultError


class StoppedError(Exception):
    """The person asked to stop the import."""


async def run_pass(claim: Claim, around: Surroundings) -> Pass:
    """Run one pass under a claim and return its receipt.

    Trouble at Jira, a lost lease or a disconnect is in the receipt; nothing of it is raised. What nobody foresaw is
    raised, once the receipt says so and the next pass is put off.

    Raises:
        DatabaseError: it did not take what was to be written.
        asyncio.CancelledError: the worker ends; the receipt says that the pass was cut off.
    """
    reach(Checkpoint.CLAIMED)
    run = _Run(claim, around)
    work = asyncio.ensure_future(run.work())
    try:
        outcome = await watched(work, claim, around)
        reach(Checkpoint.BEFORE_CLOSE)
        receipt = await run.end(outcome)
    except LeaseLostError:
        return await run.abandon("lease_lost")
    except asyncio.CancelledError:
        await run.abandon("interrupted")
        raise
    except Exception as trouble:
        await run.give_up("database" if isinstance(trouble, DatabaseError) else "internal")
        raise
    reach(Checkpoint.CLOSED)
    return receipt


class _Run:
    """The steps of one pass, and what it has to show for itself so far."""

    def __init__(self, claim: Claim, around: Surroundings) -> None:
        self._claim = claim
        self._around = around
        self._calls = CallLog()
        self._tally = Tally(claim.epoch, around.clock())

    async def work(self) -> Outcome:
        """Run the steps; what Jira or the vault refuses becomes an outcome."""
        try:
            return await self._steps()
        except StoppedError:
            return Outcome(PassState.STOPPED, Ending.STOPPED)
        except BudgetSpentError as spent:
            return Outcome(PassState.PARTIAL, Ending.CUT_SHORT, spent.code)
        except AuthRejected as refused:
            return Outcome(PassState.FAILED, Ending.AUTH_REJECTED, refused.code)
        except Unavailable as away:
            return Outcome(PassState.FAILED, Ending.UNAVAILABLE, away.code, away.retry_after, away.sent)
        except (JiraError, VaultError) as trouble:
            return Outcome(PassState.FAILED, Ending.UNEXPECTED, trouble.code)

    async def _steps(self) -> Outcome:
        around = self._around
        loaded = await around.in_database(load, self._claim, now=around.clock())
        reach(Checkpoint.OPENED)
        self._tally = loaded.tally
        gate = Gate(self._claim, around)
        client = client_for(loaded.connection, loaded.token, gate, self._calls)
        me = await client.myself()
        if me.account_id != loaded.connection.account_id:
            raise AuthRejected("account_differs")
        reading = Reading(client, loaded, self._write)
        complete = await reading.run()
        return self._verdict(loaded, reading, complete=complete)

    def _verdict(self, loaded: Loaded, reading: Reading, *, complete: bool) -> Outcome:
        for key in reading.gone_projects:
            self._tally.note(project=key, gone=True)
        if not complete:
            return Outcome(PassState.PARTIAL, Ending.UNEXPECTED, "listing_incomplete")
        if self._tally.suspects:
            return Outcome(PassState.PARTIAL, Ending.CONFIRM, "list_shrank")
        code = "project_gone" if reading.gone_projects else "" if loaded.picked else "no_projects"
        return Outcome(PassState.COMPLETE, Ending.FINE, code)

    async def _write(self, found: Found, scope: Scope) -> None:
        """Write what was found.

        Raises:
            StoppedError: the person asked to stop; what was found so far is written.
            LeaseLostError: the claim is gone; nothing was written.
        """
        reach(Checkpoint.BEFORE_APPLY)
        calls = self._calls.waiting()
        applied = await self._around.in_database(
            apply, self._claim, self._tally, found, scope, now=self._around.clock(), calls=calls
        )
        self._tally = applied.tally
        if applied.written:
            self._calls.forget(len(calls))
        reach(Checkpoint.AFTER_APPLY)
        if applied.stop:
            raise StoppedError

    async def end(self, outcome: Outcome) -> Pass:
        """Close the receipt and give the connection back.

        Raises:
            LeaseLostError: the claim is gone.
        """
        around = self._around
        return await around.in_database(
            end,
            self._claim,
            self._tally,
            outcome,
            self._calls.waiting(),
            now=around.clock(),
            chance=around.chance,
        )

    async def give_up(self, code: str) -> None:
        """Close the receipt of a pass that ran into an error of our own; if even that fails, the lease runs out."""
        with contextlib.suppress(DatabaseError, LeaseLostError):
            await self.end(Outcome(PassState.FAILED, Ending.UNEXPECTED, code))

    async def abandon(self, code: str) -> Pass:
        """Close the receipt of a pass that was cut off."""
        around = self._around
        return await around.in_database(
            abandon,
            self._claim,
            self._tally,
            self._calls.waiting(),
            code=code,
            now=around.clock(),
        )
