"""`python -m benchmarks.estimates`: the evidence for the estimates, on a data folder and on drawn people."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from benchmarks.estimates.changes import changes
from benchmarks.estimates.finishes import finishes
from benchmarks.estimates.multipliers import multipliers
from benchmarks.estimates.nights import nights
from benchmarks.estimates.people import Someone, drawn, from_file
from benchmarks.estimates.ranges import first_ten, ranges
from benchmarks.estimates.report import Block
from benchmarks.estimates.speed import speed
from benchmarks.estimates.totals import totals

TEAM = "hours_team"
SEED = 2026


def _blocks(sets: dict[str, list[Someone]], step: int, only: str) -> Iterator[Block]:
    """Yield the tables whose names begin with `only`."""
    main = TEAM if TEAM in sets else "drawn"
    people = sets[main]
    measures: dict[str, Callable[[], list[Block]]] = {
        "ranges": lambda: [ranges(name, some, step) for name, some in sets.items()],
        "first": lambda: [first_ten(sets)],
        "multipliers": lambda: [multipliers(main, people)],
        "changes": lambda: [changes(100 // step)],
        "nights": lambda: [nights(main, people, 4 * step)],
        "totals": lambda: [totals(main, people)],
        "finishes": lambda: [finishes(main, people)] if people[0].rows else [],
        "speed": lambda: [speed()],
    }
    for name, measure in measures.items():
        if name.startswith(only):
            yield from measure()


@click.command()
@click.option(
    "--data", type=click.Path(exists=True, file_okay=False, path_type=Path), envvar="EKACHIT_ESTIMATION_DATA"
)
@click.option("--step", default=1, show_default=True, type=click.IntRange(1), help="Every so manieth task.")
@click.option(
    "--only", default="", help="ranges, first, multipliers, changes, nights, totals, finishes or speed."
)
def main(data: Path | None, step: int, only: str) -> None:
    """Measure the estimation engine; without a data folder on drawn people alone."""
    sets: dict[str, list[Someone]] = {}
    for path in sorted(data.glob("*.csv")) if data else []:
        sets[path.stem] = from_file(path)
    sets["drawn"] = list(drawn(60, 150, SEED))
    for block in _blocks(sets, step, only):
        click.echo(block.markdown())


if __name__ == "__main__":
    # One core is enough for matrices this small; more threads only get in each other's way.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    main()
