"""`ekachit up`: one process tree of web, worker and sandbox, which ends as one."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

GRACE_SECONDS = 10.0
PR_SET_PDEATHSIG = 1  # prctl(2)
# A process that ran this long before it ended is started again at once; one that did not backs off.
STABLE_SECONDS = 30.0
BACKOFF_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


@dataclass(slots=True)
class Program:
    """One process of the tree: its name in the log, its command line and what it adds to the environment.

    A quiet one keeps what it says to itself; its troubles (standard error) are shown all the same.
    """

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    quiet: bool = False


class Supervisor:
    """Runs programs until told to stop; a program that ends by itself is started again, with growing pauses."""

    def __init__(self, programs: Sequence[Program]) -> None:
        self._programs = programs
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Run every program until SIGINT or SIGTERM, then end them all and wait for the last one."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop.set)
        async with asyncio.TaskGroup() as group:
            for program in self._programs:
                group.create_task(self._keep(program))

    async def _keep(self, program: Program) -> None:
        """Start a program, and again whenever it ends, until stopped."""
        tries = 0
        while not self._stop.is_set():
            began = time.monotonic()
            process = await self._start(program)
            if await self._wait(process):
                await _end(process)
                return
            _end_group(process)
            tries = 0 if time.monotonic() - began > STABLE_SECONDS else tries + 1
            pause = BACKOFF_SECONDS[min(tries, len(BACKOFF_SECONDS) - 1)]
            _say(f"{program.name} ended with code {process.returncode}; starting it again in {pause:g} s")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), pause)

    async def _start(self, program: Program) -> asyncio.subprocess.Process:
        # A session of its own: Ctrl-C reaches only the supervisor, which then ends each one in order.
        return await asyncio.create_subprocess_exec(
            *program.arguments,
            env={**os.environ, **program.environment},
            stdout=asyncio.subprocess.DEVNULL if program.quiet else None,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )

    async def _wait(self, process: asyncio.subprocess.Process) -> bool:
        """Return whether the stop came before the process ended by itself."""
        ended = asyncio.ensure_future(process.wait())
        stopped = asyncio.ensure_future(self._stop.wait())
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if ended.done() and not self._stop.is_set():
            stopped.cancel()
            return False
        return True


def _die_with_parent() -> None:
    """Ask Linux to end the program when the supervisor is killed; elsewhere it is left to the person."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ask a process to end, and end it (with what it started) when it does not within the grace."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), GRACE_SECONDS)
    _end_group(process)
    await process.wait()


def _end_group(process: asyncio.subprocess.Process) -> None:
    """End whatever a process started and left behind, so that its port is free for the next one."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _say(text: str) -> None:
    sys.stderr.write(f"ekachit: {text}\n")
