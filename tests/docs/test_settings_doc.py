"""docs/settings.md and `ekachit.config` tell the same."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from ekachit.config import Settings, variable_name
from tests.docs.documents import DOCUMENTS, ROOT, code, rows, text_of

FIELDS = {variable_name(name): field for name, field in Settings.model_fields.items()}
TABLE = {code(cells[0]): cells for cells in rows(text_of("docs/settings.md"))}


def _written(default: Any) -> str:
    match default:
        case StrEnum():
            return default.value
        case bool():
            return str(default).lower()
        case Path() | int():
            return str(default)
        case _ if not default:
            return "empty"
    return str(default)


def test_every_setting_is_described_and_every_described_setting_exists() -> None:
    assert TABLE.keys() == FIELDS.keys()


@pytest.mark.parametrize("variable", sorted(FIELDS))
def test_defaults_are_those_of_the_code(variable: str) -> None:
    assert code(TABLE[variable][1]) == _written(FIELDS[variable].default)


@pytest.mark.parametrize("variable", sorted(FIELDS))
def test_each_row_has_a_meaning_and_a_mend(variable: str) -> None:
    _, _, meaning, mend = TABLE[variable]
    assert len(meaning) > 20
    assert len(mend) > 5


def test_documents_name_no_setting_that_does_not_exist() -> None:
    named = {
        (path.relative_to(ROOT), variable)
        for path in DOCUMENTS
        for variable in re.findall(r"\bEKACHIT_[A-Z_]+\b", path.read_text(encoding="utf-8"))
    }
    of_tests = ("EKACHIT_JIRA_", "EKACHIT_ESTIMATION_")  # files that tests and measurements read; no settings
    assert {each for each in named if each[1] not in FIELDS and not each[1].startswith(of_tests)} == set()


def test_nothing_but_the_config_reads_the_environment() -> None:
    """A setting read elsewhere would be one that this table does not know."""
    reading = re.compile(r"os\.(getenv|environ(\.get|\[))")
    source = ROOT / "src" / "ekachit"
    readers = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if reading.search(path.read_text(encoding="utf-8"))
    }
    assert readers <= {"config.py"}
