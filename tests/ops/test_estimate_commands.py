from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from ekachit.domain.estimation.history_csv import Row, write
from tests.domain.estimation.histories import person
from tests.ops.command import run

START = datetime(2026, 1, 5, 17)  # noqa: DTZ001 - local time, as in the files


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    known = person(40, ratio=4.0, noise=0.4, unit="points")
    rows = [
        Row("A", one.task, one.actual_hours, one.order, START + timedelta(days=int(one.order)), None)
        for one in known
    ]
    path = tmp_path / "finished.csv"
    path.write_text(write(rows), encoding="utf-8")
    return path


def test_evaluate_tells_the_table_in_words_and_in_json(finished: Path) -> None:
    words = run("estimate", "evaluate", str(finished))
    assert words.exit_code == 0
    assert "20-50 finished tasks" in words.output
    rows = json.loads(run("estimate", "evaluate", str(finished), "--json").output)["scores"]
    by = {(row["method"], row["n"]): row for row in rows}
    assert {name for name, _ in by} == {"default", "mean", "median", "ebs", "ekachit", "hindsight"}
    assert by["ekachit", "20-50"]["crps"] < by["default", "20-50"]["crps"]
    assert len(by["default", "20-50"]["ekachit_crps_change"]) == 3


def test_suggest_tells_the_number(finished: Path) -> None:
    said = run("estimate", "suggest", str(finished))
    assert said.exit_code == 0
    assert re.match(r"A: use 3\.\d h a point instead of 2 \(learned 4\.\d\d, 80 %: ", said.output)
    assert "no suggestion" in run("estimate", "suggest", str(finished), "--present", "4").output


def test_forecast_tells_days_in_the_order_of_certainty(finished: Path, tmp_path: Path) -> None:
    todo = tmp_path / "open.csv"
    todo.write_text("person,estimate,unit\nA,3,points\nA,5,points\n", encoding="utf-8")
    said = run("estimate", "forecast", str(finished), "--open", str(todo)).output
    assert said == run("estimate", "forecast", str(finished), "--open", str(todo)).output
    days = [
        date.fromisoformat(part.rstrip(",").strip())
        for part in said.replace(",", " ").split()
        if part[:2] == "20"
    ]
    assert len(days) == 3
    assert days == sorted(days)
    assert days[0] >= START.date() + timedelta(days=39)


def test_rows_that_cannot_be_used_are_told_and_the_rest_is_used(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_text("estimate,actual_hours\n3,2\n3,x\n", encoding="utf-8")
    said = run("estimate", "suggest", str(path))
    assert said.exit_code == 0
    assert "line 3: The hours worked “x” is not a number." in said.stderr


def test_a_file_without_a_row_to_use_ends_with_words(tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    path.write_bytes(b"\xff\xfe\x00")
    said = run("estimate", "suggest", str(path))
    assert said.exit_code == 1
    assert "UTF-8" in said.output
    path.write_text("a,b\n", encoding="utf-8")
    assert "no row that can be used" in run("estimate", "evaluate", str(path)).output


def test_the_stream_answers_line_by_line() -> None:
    said = run("estimate", "stream", given='{"op":"predict","estimate":3}\n\n{"op":"x"}\n')
    lines = [json.loads(line) for line in said.output.splitlines()]
    assert lines[0]["q50"] == 3
    assert lines[1]["code"] == "op"


def test_it_starts_without_django() -> None:
    code = "import sys, ekachit.ops.estimate_commands; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 - our own interpreter
