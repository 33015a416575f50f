"""`ekachit estimate`: the estimation engine on any CSV file, and as a stream. Needs no installation."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

from ekachit.domain.estimation.evaluate import BUCKETS, Line, table, trial
from ekachit.domain.estimation.features import ahead
from ekachit.domain.estimation.forecast import Calendar, Forecast, ForecastError, forecast
from ekachit.domain.estimation.history_csv import Preview, Row, read
from ekachit.domain.estimation.model import fit
from ekachit.domain.estimation.observation import History, Observation
from ekachit.domain.estimation.priors import DEFAULT_MULTIPLIER
from ekachit.domain.estimation.suggestion import Suggestion, suggest, suggest_by_project
from ekachit.domain.estimation.total import draw_hours
from ekachit.domain.estimation.worked_days import worked_days
from ekachit.ops.estimate_stream import Stream

SHOWN_ERRORS = 10
CHANCES = (0.5, 0.85, 0.95)

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def estimate() -> None:
    """Learn from finished tasks in a CSV file: ranges, your number, and when the work will be done.

    Columns: person, seq, date, start, estimate, unit (hours or points), actual_hours, project, type; needed are
    estimate and actual_hours.
    """


def _rows(path: Path, *, open_work: bool = False) -> Preview:
    """Return what a file holds; rows that cannot be used are told on stderr.

    Raises:
        click.ClickException: not one row can be used.
    """
    try:
        preview = read(path.read_text(encoding="utf-8"), open_work=open_work)
    except UnicodeDecodeError as wrong:
        raise click.ClickException(f"{path.name} is not UTF-8 text. Save it as “CSV UTF-8”.") from wrong
    for error in preview.errors[:SHOWN_ERRORS]:
        click.echo(f"{path.name}, line {error.line}: {error.text}", err=True)
    if len(preview.errors) > SHOWN_ERRORS:
        click.echo(f"… and {len(preview.errors) - SHOWN_ERRORS} more lines that cannot be used.", err=True)
    if not preview.rows:
        raise click.ClickException(f"{path.name} has no row that can be used.")
    return preview


def _observations(rows: list[Row]) -> list[Observation]:
    return [row.observation for row in rows]


@estimate.command()
@click.argument("file", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--step", default=1, show_default=True, type=click.IntRange(1), help="Predict every so manieth task."
)
@click.option("--seed", default=0, show_default=True, help="Of the bootstrap over persons.")
def evaluate(file: Path, step: int, seed: int, *, as_json: bool) -> None:
    """Foresee each task from the person's earlier ones; how far off that is, beside simpler ways."""
    people = _rows(file).by_person()
    lines = table([trial(History.of(_observations(rows)), step=step) for rows in people.values()], seed)
    if as_json:
        click.echo(json.dumps({"scores": [_line_json(line) for line in lines]}))
        return
    for bucket in BUCKETS:
        here = [line for line in lines if line.bucket == bucket]
        if here:
            click.echo(f"\n{bucket} finished tasks, {here[0].persons} person(s)")
            click.echo(
                f"{'':12}{'CRPS':>8}{'GMAR':>7}{'in 80 %':>9}{'below':>7}{'above':>7}   Ekachit's CRPS against it"
            )
        for line in here:
            click.echo(_line_text(line))


def _line_text(line: Line) -> str:
    one, against = line.score, line.ours_against_it
    told = f"   {against[0]:+.1%} ({against[1]:+.1%} … {against[2]:+.1%})" if against else ""
    figures = f"{one.crps:8.4f}{one.gmar:7.2f}{one.held:9.1%}{one.below:7.1%}{one.above:7.1%}"
    return f"{line.method:12}{figures}{told}"


def _line_json(line: Line) -> dict[str, Any]:
    one = line.score
    return {
        "method": line.method,
        "n": line.bucket,
        "persons": line.persons,
        "crps": one.crps,
        "gmar": one.gmar,
        "coverage80": one.held,
        "below": one.below,
        "above": one.above,
        "ekachit_crps_change": line.ours_against_it,
    }


@estimate.command("suggest")
@click.argument("file", type=FILE)
@click.option("--present", type=float, help="The multiplier in use. [default: 2.0 for points, 1.0 for hours]")
def suggest_command(file: Path, present: float | None) -> None:
    """Say each person's multiplier, and whether it is worth a change."""
    for person, rows in _rows(file).by_person().items():
        observations = _observations(rows)
        points = observations[-1].task.unit == "points"
        unit = "h a point" if points else "h for each hour estimated"
        now = present if present is not None else (DEFAULT_MULTIPLIER if points else 1.0)
        said = suggest(observations, now, points=points)
        known = said.multiplier
        figures = f" (learned {known.learned:.2f}, 80 %: {known.low:.2f}-{known.high:.2f})" if known else ""
        if isinstance(said, Suggestion):
            click.echo(
                f"{person}: use {said.multiplier.value:.2g} {unit} instead of {now:g}{figures}, {said.tasks} tasks"
            )
        else:
            click.echo(f"{person}: no suggestion{figures}, {said.tasks} tasks. {said.text}")
        for own in suggest_by_project(observations, now, points=points):
            click.echo(f"{person}, {own.project}: use {own.multiplier.value:.2g} {unit}, {own.tasks} tasks")


@estimate.command("forecast")
@click.argument("file", type=FILE)
@click.option(
    "--open", "open_file", type=FILE, required=True, help="CSV of open tasks, in the order of work."
)
@click.option(
    "--today", type=click.DateTime(["%Y-%m-%d"]), help="First day. [default: day of the last finish]"
)
@click.option("--seed", default=0, show_default=True, help="Of the simulation.")
@click.option(
    "--weekdays", default="0,1,2,3,4", help="Days worked, Monday is 0. Monday to Friday if not said."
)
def forecast_command(file: Path, open_file: Path, today: Any, seed: int, weekdays: str) -> None:
    """Say by when the open tasks will be done, and how surely."""
    try:
        calendar = Calendar(frozenset(int(day) for day in weekdays.split(",") if day.strip()))
    except ValueError:
        raise click.BadParameter("use numbers from 0 to 6, with commas", param_hint="--weekdays") from None
    finished = _rows(file).by_person()
    for person, rows in _rows(open_file, open_work=True).by_person().items():
        past = finished.get(person, [])
        dates = [row.finished.date() for row in past if row.finished]
        if not dates:
            click.echo(f"{person}: no finished task with a date, so there is no pace to go by.")
            continue
        first: date = today.date() if today else max(dates)
        try:
            click.echo(f"{person}: {_forecast_text(past, rows, first, calendar, seed)}")
        except ForecastError as wrong:
            click.echo(f"{person}: {wrong}")


def _forecast_text(past: list[Row], rows: list[Row], today: date, calendar: Calendar, seed: int) -> str:
    model = fit(History.of(_observations(past)))
    drawn = draw_hours(model, ahead([row.task for row in rows], model.history), seed)
    found: Forecast = forecast(drawn, worked_days(past), today, calendar=calendar, seed=seed)
    sure = [(chance, found.sure_by(chance)) for chance in CHANCES]
    told = ", ".join(f"{chance:.0%} sure by {day or 'a day that is not in sight'}" for chance, day in sure)
    hours = sorted(found.hours)
    low, high = hours[len(hours) // 10], hours[len(hours) * 9 // 10]
    return f"{len(rows)} open task(s), {low:.0f}-{high:.0f} h of work; {told}"


@estimate.command("stream")
@click.option("--seed", default=0, show_default=True, help="Of the draws of totals.")
def stream_command(seed: int) -> None:
    """Answer JSON lines on stdin: predict, observe, suggest, total; one answer line for each."""
    stream = Stream(seed)
    for line in sys.stdin:
        if line.strip():
            click.echo(stream.line(line))
            sys.stdout.flush()
