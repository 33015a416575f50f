"""What it costs that a commit outlives a power cut: `make bench-durable`.

A click, and a pass that finds nothing new, each with SQLite's `synchronous` at NORMAL (synced at checkpoints) and at
FULL (synced at each commit), in turn, on the disk that temporary files are on: TMPDIR names another.
"""

from __future__ import annotations

from benchmarks.report import machine, publish, table
from benchmarks.scene import scene

ISSUES = 120
LEVELS = ("NORMAL", "FULL")


def main() -> None:
    """Measure in a process of its own, and write the page's section."""
    with scene(ISSUES) as stage:
        home = stage.home()
        stage.run(home, "benchmarks.inside", "import")
        found = stage.run(home, "benchmarks.durable_inside")
    head = ["", "NORMAL, median", "FULL, median", "NORMAL, CPU", "FULL, CPU", "turns of each"]
    lines = [
        [
            what,
            *(f"{found[what][level][unit]:.2f} ms" for unit in ("wall", "cpu") for level in LEVELS),
            f"{found[what]['turns']}",
        ]
        for what in ("click", "pass")
    ]
    publish("bench-durable", f"Measured {machine()}\n\n{table(head, lines)}")


if __name__ == "__main__":
    main()
