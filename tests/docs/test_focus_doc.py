"""docs/focus.md and the code tell the same."""

from __future__ import annotations

import re

from tests.docs.documents import ROOT, code, rows, sections, text_of

DOCUMENT = sections(text_of("docs/focus.md"))
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src/ekachit/tasks").glob("*.py"))
DURATION = text_of("src/ekachit/domain/work/duration.py")


def test_every_refusal_is_described_and_every_described_one_exists() -> None:
    described = {name for cells in rows(DOCUMENT["Refusals"]) for name in re.findall(r"`(\w+)`", cells[0])}
    raised = set(re.findall(r'TaskError\(\s*"(\w+)"', SOURCE)) | {"changed_meanwhile"}
    raised |= {f"duration_{name}" for name in re.findall(r'DurationError\("(\w+)"\)', DURATION)}
    assert described == raised


def test_every_event_is_described_and_every_described_one_exists() -> None:
    described = {code(cells[0]) for cells in rows(DOCUMENT["History of a task"])}
    assert described == set(re.findall(r'record\(\s*[\w.]+,\s*"(\w+)"', SOURCE))
