"""From a click to Jira's 204: `make bench-push`.

A worker runs in a process of its own; clicks come at random moments. Beside them, in turn, the bare three requests
(issue, transitions, transition) that any client has to make.
"""

from __future__ import annotations

import sys

from benchmarks.report import machine, publish, say, table
from benchmarks.scene import Scene, background, scene

CLICKS = 120
LATENCIES = (0, 50)


def main() -> None:
    """Measure, print, and write the page's section."""
    lines: list[list[str]] = []
    with scene(CLICKS) as stage:
        for latency in LATENCIES:
            lines.append(_line(stage, latency))
            say(f"{latency} ms: {' | '.join(lines[-1])}")
    head = [
        "latency",
        "three requests, median",
        "p99",
        "click to 204, median",
        "p99",
        "click to row, median",
        "p99",
    ]
    more = ["ratio of medians", "clicks"]
    publish("bench-push", f"Measured {machine()}\n\n{table([*head, *more], lines)}")


def _line(stage: Scene, latency: int) -> list[str]:
    stage.set_latency(0)
    home = stage.home()
    stage.run(home, "benchmarks.inside", "import")
    stage.set_latency(latency)
    command = [sys.executable, "-m", "ekachit", "worker"]
    with background(command, stage.environment(home), home / "worker.log"):
        found = stage.run(home, "benchmarks.clicks")
    return [
        f"{latency} ms",
        *(f"{found[name]:.0f} ms" for name in ("bare", "bare_p99", "sent", "sent_p99", "shown", "shown_p99")),
        f"{found['sent'] / found['bare']:.2f}",
        f"{found['clicks']}",
    ]


if __name__ == "__main__":
    main()
