"""Tables of figures, as Markdown."""

from __future__ import annotations

from dataclasses import dataclass, field


def percent(share: float) -> str:
    """Return a share as a percentage with one decimal."""
    return f"{share:.1%}"


@dataclass
class Block:
    """One table with a title and notes under it."""

    title: str
    heads: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, *cells: str) -> None:
        """Put a row at the end."""
        if len(cells) != len(self.heads):
            raise ValueError(f"{self.title}: {len(cells)} cells under {len(self.heads)} heads")
        self.rows.append(cells)

    def note(self, text: str) -> None:
        """Put a line under the table."""
        self.notes.append(text)

    def markdown(self) -> str:
        """Return the table as Markdown."""
        lines = [f"### {self.title}", "", f"| {' | '.join(self.heads)} |", "|" + "---|" * len(self.heads)]
        lines += [f"| {' | '.join(row)} |" for row in self.rows]
        if self.notes:
            lines += ["", *self.notes]
        return "\n".join(lines) + "\n"
