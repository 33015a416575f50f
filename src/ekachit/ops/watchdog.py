"""A worker that hangs ends, so that whoever keeps it running starts another; its leases run out meanwhile."""

from __future__ import annotations

import faulthandler

# Longer than anything that only takes long: a lock of the database is waited for 20 s, a backup takes a minute.
HANGS_AFTER_SECONDS = 300.0


def still_alive(seconds: float = HANGS_AFTER_SECONDS) -> None:
    """Say that the work goes on.

    Whoever does not say so again within `seconds` hangs: where each of its threads stands is written to standard error,
    by names of functions and numbers of lines without any value, and the process ends with code 1.
    """
    faulthandler.dump_traceback_later(seconds, exit=True)


def at_an_end() -> None:
    """Say that there is no more work to go on with."""
    faulthandler.cancel_dump_traceback_later()
