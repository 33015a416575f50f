"""A worker that can be killed at a named moment. Run by `worker_farm`, not by pytest.

One process sets Django up and then forks for every worker it is asked for, which is much quicker than starting
each anew. Orders come as lines of JSON on stdin, answers go out the same way:

    {"run": {"point": "in_apply", "at": 2, "signal": 9}}   answers {"pid": 123} at once
    {"wait": 123}                                           answers {"ended": "signal 9"} or "stopped", "exit 0"

The worker is the product's own; what is changed in it are figures: pages of few issues, short pauses, and the length
of a lease where an order says so.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections import Counter
from typing import Any

import django

PAGE_SIZE = 3
PAUSE_SECONDS = 0.02
# Within this a signal has reached all of a process.
TAKEN_SECONDS = 0.1
# How long a worker stands still at least.
STOPPED_SECONDS = 0.6
# A worker that hangs is ended by the kernel, so that a test can say so.
LONGEST_SECONDS = 40


def main() -> None:
    """Take orders until stdin ends."""
    django.setup()
    import ekachit.ops.worker  # noqa: F401, PLC0415 # loaded once, before the forks; needs Django set up

    for line in sys.stdin:
        order = json.loads(line)
        answer = {"pid": start(order["run"])} if "run" in order else {"ended": ending(order["wait"])}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def start(order: dict[str, Any]) -> int:
    """Fork a worker; its process id."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        signal.alarm(LONGEST_SECONDS)
        work(order)
        code = 0
    finally:
        sys.stderr.flush()
        os._exit(code)


def ending(pid: int) -> str:
    """Wait until a worker has ended or stands still; which of the two, and how."""
    _, status = os.waitpid(pid, os.WUNTRACED)
    if os.WIFSTOPPED(status):
        return "stopped"
    return f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else f"exit {os.WEXITSTATUS(status)}"


def work(order: dict[str, Any]) -> None:
    """Be a worker until nothing is due, or until the named moment."""
    from django.db import connections  # noqa: PLC0415 # needs Django set up

    from ekachit.config import settings  # noqa: PLC0415 # likewise
    from ekachit.jira import client  # noqa: PLC0415 # likewise
    from ekachit.ops import worker  # noqa: PLC0415 # likewise
    from ekachit.ops.housekeeping import Housekeeping  # noqa: PLC0415 # likewise
    from ekachit.sync import checkpoints, gate, leases  # noqa: PLC0415 # likewise

    os.environ["EKACHIT_SANDBOX_HOSTS"] = order["hosts"]
    settings.cache_clear()
    connections.settings["default"]["NAME"] = order["database"]
    client.PAGE_SIZE = PAGE_SIZE  # type: ignore[misc] # a test's smaller pages
    worker.TICK_SECONDS = PAUSE_SECONDS
    worker.AT_ONCE = order.get("lanes") or worker.AT_ONCE
    leases.LEASE_SECONDS = order.get("lease_seconds") or leases.LEASE_SECONDS
    seen: Counter[str] = Counter()

    def strike(point: checkpoints.Checkpoint) -> None:
        seen[point] += 1
        if point == order.get("point") and seen[point] == order["at"]:
            os.kill(os.getpid(), order["signal"])
            # Another thread may be the one that takes it: this one must not go on to its commit meanwhile.
            time.sleep(TAKEN_SECONDS)

    if order["signal"] == signal.SIGSTOP:
        # A process that stands still while its housekeeping writes would hold SQLite's one write lock: true, and
        # described, but not what such an order asks for.
        Housekeeping.run = _rest  # type: ignore[assignment, method-assign] # the first round has been made by then
        # It stands still for less long than a lease lasts, so what counts as long is less too.
        gate.ANSWER_GOOD_SECONDS, gate.TRIES = STOPPED_SECONDS / 3, 20
    checkpoints.watch(strike)
    worker.run_worker(once=order.get("once", True))


async def _rest(_keeper: object) -> None:
    """Make no more rounds."""


if __name__ == "__main__":
    main()
