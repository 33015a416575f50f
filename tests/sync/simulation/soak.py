"""`make soak MINUTES=n`: histories with new seeds for as long as it is told, on all cores; `--seed S` plays one again.

Prints counts, rates and the seeds that failed. Each process has a SQLite database of its own in a temporary folder.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import secrets
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

REPORT_SECONDS = 10.0


def main() -> int:
    """Play until the time is over; the exit code is 1 where a history failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, help="play this one history and print its steps")
    given = parser.parse_args()
    if given.seed is not None:
        return replay(given.seed)
    return soak(given.minutes)


def replay(seed: int) -> int:
    """Play one history and print what happened in it."""
    with tempfile.TemporaryDirectory(prefix="ekachit-soak-") as home:
        play = prepared(home)
        try:
            played = play(seed)
        except AssertionError as failed:
            say(str(failed))
            return 1
        say("\n".join([*played.steps, f"trace {played.trace_hash}"]))
    return 0


def soak(minutes: float) -> int:
    """Play on every core until the time is over."""
    first = secrets.randbelow(10**9) * 1000
    cores = os.cpu_count() or 1
    context = multiprocessing.get_context("spawn")
    results: Any = context.Queue()
    until = time.time() + minutes * 60
    workers = [
        context.Process(target=work, args=(first + number * 10**6, until, results)) for number in range(cores)
    ]
    for each in workers:
        each.start()
    say(f"Soak: {cores} processes, {minutes:g} minutes, seeds from {first}")
    counts, failures = gathered(results, cores)
    for each in workers:
        each.join()
    seconds = minutes * 60
    histories = counts["histories"]
    say(f"{histories} histories, {counts['passes']} passes, {histories / seconds:.1f} histories a second")
    for name, count in sorted(counts.items()):
        say(f"  {count:8} {name}")
    say(f"{len(failures)} failed: {' '.join(map(str, failures)) or 'none'}")
    return 1 if failures else 0


def gathered(results: Any, cores: int) -> tuple[Counter[str], list[int]]:
    """What the processes report, until each of them has ended."""
    counts: Counter[str] = Counter()
    failures: list[int] = []
    reported = time.monotonic()
    while cores:
        kind, value = results.get()
        if kind == "end":
            cores -= 1
        elif kind == "failed":
            failures.append(value[0])
            say(value[1])
        else:
            counts += value
        if time.monotonic() - reported > REPORT_SECONDS:
            reported = time.monotonic()
            say(f"{counts['histories']} histories, {counts['passes']} passes, {len(failures)} failed")
    return counts, failures


def work(first: int, until: float, results: Any) -> None:
    """One process: histories from a first seed on."""
    with tempfile.TemporaryDirectory(prefix="ekachit-soak-") as home:
        play = prepared(home)
        seed = first
        while time.time() < until:
            try:
                results.put(("played", play(seed).counts))
            except AssertionError as failed:
                results.put(("failed", (seed, str(failed))))
            seed += 1
    results.put(("end", None))


def prepared(home: str) -> Any:
    """Set Django up on a database of its own and return what plays a history."""
    for name in [name for name in os.environ if name.startswith("EKACHIT_") or name == "DATABASE_URL"]:
        del os.environ[name]
    os.environ["EKACHIT_HOME"] = str(Path(home) / "var")
    os.environ["DJANGO_SETTINGS_MODULE"] = "ekachit.settings"
    import logging  # noqa: PLC0415 # the environment had to be ready first

    import django  # noqa: PLC0415 # likewise
    from django.core.management import call_command  # noqa: PLC0415 # likewise

    Path(home, "var").mkdir(mode=0o700)
    django.setup()
    call_command("migrate", verbosity=0)
    logging.disable(logging.WARNING)
    from tests.sync.simulation.history import play  # noqa: PLC0415 # likewise

    return play


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
