"""Reading the documents: their tables, by heading."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")})


def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def sections(text: str) -> dict[str, str]:
    """The text under each heading, up to the next heading of any level."""
    parts = re.split(r"^#{1,6} (.+)$", text, flags=re.MULTILINE)
    return {title.strip(): body for title, body in zip(parts[1::2], parts[2::2], strict=True)}


def rows(text: str) -> list[list[str]]:
    """The cells of every table row but the headings and the rules under them."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    found = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    rules = [number for number, cells in enumerate(found) if set("".join(cells)) <= set("-|: ")]
    left_out = {*rules, *(number - 1 for number in rules)}
    return [cells for number, cells in enumerate(found) if number not in left_out]


def code(cell: str) -> str:
    """What a cell has between its first pair of backquotes, else the cell."""
    fit = re.search(r"`([^`]+)`", cell)
    return fit[1] if fit else cell
