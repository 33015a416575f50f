"""`make bench-estimates`: the evidence for the estimates, on a folder of histories and on drawn people."""

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
VARIABLE = "EKACHIT_ESTIMATION_DATA"
MISSING = f"""\
Nothing to measure on: {VARIABLE} names no folder with CSV files.

Their columns are those of `ekachit estimate`: person, seq, date, start, estimate, unit, actual_hours, project, type.
The evidence in docs/estimation.md rests on public data that is no part of Ekachit; get it, and bring it in that form:
  hours_team.csv    CESAW task facts, https://github.com/Derek-Jones/Software-estimation-datasets (arXiv 2106.03679)
  pomodoro_one.csv  https://github.com/Derek-Jones/renzo-pomodoro
  points_teams.csv, hours_firm.csv  est_agile and hemmati2018, https://github.com/Derek-Jones/ESEUR-code-data
Then: make bench-estimates {VARIABLE}=FOLDER
Without them, on people drawn with a public seed alone: make bench-estimates ARGS=--drawn"""


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
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), envvar=VARIABLE)
@click.option("--drawn", "only_drawn", is_flag=True, help="On drawn people alone; no folder is needed.")
@click.option("--step", default=1, show_default=True, type=click.IntRange(1), help="Every so manieth task.")
@click.option(
    "--only", default="", help="ranges, first, multipliers, changes, nights, totals, finishes or speed."
)
def main(data: Path | None, step: int, only: str, *, only_drawn: bool) -> None:
    """Measure the estimation engine on every history of a folder and on drawn people."""
    files = [] if only_drawn or data is None else sorted(data.glob("*.csv"))
    if not files and not only_drawn:
        raise click.ClickException(MISSING)
    sets = {path.stem: from_file(path) for path in files}
    sets["drawn"] = list(drawn(60, 150, SEED))
    for block in _blocks(sets, step, only):
        click.echo(block.markdown())


if __name__ == "__main__":
    # One core is enough for matrices this small; more threads only get in each other's way.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    main()
