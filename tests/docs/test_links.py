"""What the documents point at is there: files, pictures, headings, make targets; and nothing of one machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.docs.documents import DOCUMENTS, ROOT, sections, text_of

NAMES = [path.relative_to(ROOT).as_posix() for path in DOCUMENTS]
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
TARGET = re.compile(r"\]\(<?([^)>\s]+)>?(?:\s+\"[^\"]*\")?\)")
OUTSIDE = ("https://", "mailto:")
# Where somebody happened to work, not where a server keeps things.
OF_ONE_MACHINE = re.compile(r"(?<![\w.])/(?:work|tmp|root|home|Users|mnt)(?:/|\b)|\bC:\\")


def _links(name: str) -> Iterator[str]:
    return (link for link in TARGET.findall(FENCED.sub("", text_of(name))) if not link.startswith(OUTSIDE))


def _anchors(path: Path) -> set[str]:
    """The anchors that a forge gives to headings."""
    headings = sections(FENCED.sub("", path.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings}


@pytest.mark.parametrize("name", NAMES)
def test_links_and_pictures_lead_to_files_of_the_repository(name: str) -> None:
    folder = (ROOT / name).parent
    missing = []
    for link in _links(name):
        path, _, anchor = unquote(link).partition("#")
        target = (folder / path).resolve() if path else ROOT / name
        inside = target.is_relative_to(ROOT) and target.exists()
        if not inside or (anchor and anchor not in _anchors(target)):
            missing.append(link)
    assert missing == []


@pytest.mark.parametrize("name", NAMES)
def test_documents_name_no_place_of_one_machine(name: str) -> None:
    assert OF_ONE_MACHINE.findall(text_of(name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_make_target_named_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", text_of("Makefile"), flags=re.MULTILINE))
    targets |= set(re.findall(r"\bbench-[a-z-]+", text_of("Makefile")))
    named = set(re.findall(r"`make (?:-C \S+ )?([a-z][a-z-]*)", text_of(name)))
    assert named <= targets


def test_every_decision_is_in_the_index_and_numbered_in_order() -> None:
    folder = ROOT / "docs" / "adr"
    records = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert [int(each[:4]) for each in records] == list(range(1, len(records) + 1))
    linked = re.findall(r"\((\d{4}-[a-z0-9-]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8"))
    assert linked == records


@pytest.mark.parametrize("name", [each for each in NAMES if re.match(r"docs/adr/\d", each)])
def test_a_decision_has_context_decision_and_consequences(name: str) -> None:
    assert re.findall(r"^\*\*(Context|Decision|Consequences)\.\*\*", text_of(name), flags=re.MULTILINE) == [
        "Context",
        "Decision",
        "Consequences",
    ]


def test_every_document_is_linked_from_another() -> None:
    """A page that nothing leads to is a page that nobody reads, or mends."""
    linked = {
        ((ROOT / name).parent / unquote(link).partition("#")[0]).resolve()
        for name in NAMES
        for link in _links(name)
    }
    entrances = {ROOT / "README.md"}
    assert set(DOCUMENTS) - linked - entrances == set()
