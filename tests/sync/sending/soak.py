"""Histories of sending from the command line: `python -m tests.sync.sending.soak FIRST COUNT`, or one seed."""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter

from tests.sync.simulation.soak import prepared, say


def main() -> int:
    """Play histories; the exit code is 1 where one failed. A single seed prints its steps."""
    numbers = [int(each) for each in sys.argv[1:]]
    first, count = numbers[0], numbers[1] if len(numbers) > 1 else 1
    counts: Counter[str] = Counter()
    failed: list[int] = []
    began = time.process_time()
    with tempfile.TemporaryDirectory(prefix="ekachit-soak-") as home:
        prepared(home)
        from tests.sync.sending.history import play  # noqa: PLC0415 # Django had to be ready first

        for seed in range(first, first + count):
            try:
                played = play(seed)
            except AssertionError as broken:
                failed.append(seed)
                say(str(broken))
                continue
            counts += played.counts
            if count == 1:
                say("\n".join([*played.steps, f"trace {played.trace_hash}"]))
    for name, number in sorted(counts.items()):
        say(f"  {number:8} {name}")
    say(f"{time.process_time() - began:.1f} CPU-s, {len(failed)} failed: {failed or 'none'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
