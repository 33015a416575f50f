"""The lists of faults, properties and quality rules say what is so: each row that is done has its tests."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import Any

import pytest
import yaml

from tests.docs.documents import ROOT, text_of

FAMILIES = {
    "S": 23,
    "A": 12,
    "N": 14,
    "P": 15,
    "D": 12,
    "T": 7,
    "X": 14,
    "U": 7,
    "W": 11,
    "K": 10,
    "O": 5,
}
PROPERTIES = 24
STARRED = {
    *("S01", "S03", "S04", "S06", "A01", "A05", "N01", "N05", "P01", "P02", "P04"),
    *("D02", "X01", "X03", "X08", "U01", "U03", "W01", "K01", "K04"),
}
# Stars of the parts that are finished; the others come with the hardening.
SHINING = {each for each in STARRED if each[0] in "SANPD"} | {"X01", "X03"}
GRADES = ("bronze", "silver", "gold", "platinum")
ID_IN_NAME = r"(?<![A-Za-z0-9]){}(?![A-Za-z0-9])"
Row = dict[str, Any]


@lru_cache
def names_of_tests() -> frozenset[str]:
    """The name of every test there is."""
    return frozenset(
        node.name
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    )


def rows(part: str) -> list[Row]:
    loaded: dict[str, list[Row]] = yaml.safe_load(text_of("docs/reliability.yaml"))
    return loaded[part]


def quality() -> list[Row]:
    loaded: dict[str, list[Row]] = yaml.safe_load(text_of("docs/quality.yaml"))
    assert tuple(loaded) == GRADES
    return [row for grade in GRADES for row in loaded[grade]]


EVERY = [*rows("faults"), *rows("properties")]


def test_no_fault_and_no_property_is_missing() -> None:
    faults = [f"{family}{number:02}" for family, most in FAMILIES.items() for number in range(1, most + 1)]
    assert [each["id"] for each in rows("faults")] == faults
    assert [each["id"] for each in rows("properties")] == [
        f"I{number}" for number in range(1, PROPERTIES + 1)
    ]
    assert {each["id"] for each in EVERY if each.get("starred")} == STARRED


@pytest.mark.parametrize("row", EVERY, ids=lambda row: str(row["id"]))
def test_a_row_says_what_it_is_and_how_it_stands(row: Row) -> None:
    assert row["what"].endswith(".")
    if row["state"] != "done":
        assert row["state"] in {"todo", "exempt"}
        assert row["reason"]
        return
    tests = row.get("tests", [])
    asserted = row.get("checked_in", [])
    assert tests or asserted, "a row that is done has a test"
    assert set(tests) <= names_of_tests(), "tests that are not there"
    without = [each for each in tests if not re.search(ID_IN_NAME.format(row["id"]), each)]
    assert without == [], "tests that do not bear the id"
    assert [path for path in asserted if not _names(path, row["id"])] == []


def _names(path: str, ident: str) -> bool:
    """Whether a file holds the id as a text of its own, as what asserts a property does."""
    return any(
        isinstance(node, ast.Constant) and node.value == ident for node in ast.walk(ast.parse(text_of(path)))
    )


def test_the_stars_of_what_is_finished_shine() -> None:
    assert [each["id"] for each in EVERY if each["id"] in SHINING and each["state"] != "done"] == []


def test_a_row_that_is_todo_has_no_test_of_its_name_yet() -> None:
    """Else the list is behind: the row is done, or the test has somebody else's name."""
    todo = [each["id"] for each in EVERY if each["state"] == "todo"]
    ours = {
        ident: [name for name in names_of_tests() if re.search(ID_IN_NAME.format(ident), name)]
        for ident in todo
    }
    assert {ident: found for ident, found in ours.items() if found} == {}


@pytest.mark.parametrize("row", quality(), ids=lambda row: str(row["rule"]))
def test_a_rule_of_quality_stands_as_it_says(row: Row) -> None:
    assert row["what"].endswith(".")
    if row["state"] != "done":
        assert row["state"] in {"todo", "exempt"}
        assert row["reason"]
        return
    proofs = [*row.get("tests", []), *row.get("documents", [])]
    assert proofs
    assert set(row.get("tests", [])) <= names_of_tests()
    assert [path for path in row.get("documents", []) if not (ROOT / path).exists()] == []
