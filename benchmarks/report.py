"""Writing what was measured into `docs/performance.md`, between the markers of its measurement."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"


def say(text: str) -> None:
    """Show a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown; numbers are set to the right."""
    rule = ["---", *["--:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(each)} |" for each in (head, rule, *lines))


def machine() -> str:
    """Return where and when this was measured, in one line."""
    processor = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        named = re.search(r"^model name\s*: (.+)$", info.read_text("utf-8"), flags=re.MULTILINE)
        processor = named[1] if named else processor
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {platform.system()} on {os.cpu_count()} cores of {processor}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, load at the end {load}."
    )


def publish(name: str, text: str) -> None:
    """Print a section and put it into the page, in place of what was there between its markers.

    Raises:
        ValueError: the page has no such markers.
    """
    say(f"\n{text}")
    begin, end = f"<!-- {name}: written by `make {name}` -->", f"<!-- {name}: end -->"
    before, found, rest = PAGE.read_text("utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"{PAGE.name} has no markers for {name}")
    PAGE.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", "utf-8")
