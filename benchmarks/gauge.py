"""Measuring a stretch of the process we are in: wall, CPU, memory."""

from __future__ import annotations

import gc
import re
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

STATUS = Path("/proc/self/status")


@dataclass(slots=True)
class Gauge:
    """What a stretch took. Seconds; `peak_mb` is the most memory held in it, `grown_mb` how much more than before."""

    wall: float = 0.0
    cpu: float = 0.0
    peak_mb: float = 0.0
    grown_mb: float = 0.0


@contextmanager
def gauged(into: list[Gauge]) -> Iterator[Gauge]:
    """Measure the block, and add what it took to a list."""
    gauge = Gauge()
    into.append(gauge)
    gc.collect()
    before = _held()
    cpu, began = time.process_time(), time.perf_counter()
    yield gauge
    gauge.wall, gauge.cpu = time.perf_counter() - began, time.process_time() - cpu
    gauge.peak_mb = _peak()
    gauge.grown_mb = gauge.peak_mb - before


def _held() -> float:
    """Mebibytes held now; on Linux the peak begins anew here."""
    if not STATUS.exists():
        return _peak()
    with suppress(OSError):  # some containers do not let a process write there
        Path("/proc/self/clear_refs").write_text("5", "ascii")
    return _line("VmRSS")


def _peak() -> float:
    if STATUS.exists():
        return _line("VmHWM")
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _line(name: str) -> float:
    found = re.search(rf"^{name}:\s+(\d+) kB", STATUS.read_text("ascii"), flags=re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0
