"""Which rows of a list the person wants to see; the choice is in the address, so that links and Back keep it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from django.utils.translation import gettext as _

from ekachit.web.task_row import Row
from ekachit.web.visit import Visit

# Not a key of a project: those are capitals.
OWN, NO_PRIORITY = "own", "none"
TEXT_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Filter:
    """What is wanted: a project, a priority, words of the title or the key, those with Jira trouble. Empty is all."""

    project: str = ""
    priority: str = ""
    text: str = ""
    trouble: bool = False

    @property
    def active(self) -> bool:
        """Whether anything may be left out."""
        return self != Filter()

    def keeps(self, row: Row) -> bool:
        """Return whether a row is wanted."""
        if self.project and self.project != (row.project or OWN):
            return False
        if self.priority and self.priority != (row.priority_glyph or NO_PRIORITY):
            return False
        if self.trouble and not row.trouble:
            return False
        said = f"{row.link.key if row.link else ''} {row.task.title}".casefold()
        return all(word in said for word in self.text.casefold().split())


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to choose from, each with its words."""

    projects: list[tuple[str, str]]
    priorities: list[tuple[str, str]]
    has_jira: bool


def filter_of(request: Visit) -> Filter:
    """Return the filter in the address of the page that the person looks at."""
    looked_at = request.htmx.current_url if request.htmx else None
    return _read(dict(parse_qsl(urlsplit(looked_at).query)) if looked_at else request.GET.dict())


def choices(rows: Iterable[Row]) -> Choices:
    """Return what rows can be told apart by."""
    found = list(rows)
    keys = sorted({row.project for row in found if row.project})
    projects = [(key, key) for key in keys]
    if keys and any(row.link is None for row in found):
        projects.append((OWN, _("Your own")))
    ranked = {
        row.priority_glyph: (row.task.priority_rank or 99, row.task.priority_name)
        for row in found
        if row.priority_glyph
    }
    priorities = [(glyph, name) for glyph, (_rank, name) in sorted(ranked.items(), key=lambda each: each[1])]
    if priorities and any(not row.priority_glyph for row in found):
        priorities.append((NO_PRIORITY, _("No priority")))
    return Choices(projects, priorities, has_jira=bool(keys))


def _read(sent: Mapping[str, str]) -> Filter:
    return Filter(
        project=sent.get("project", "")[:100],
        priority=sent.get("priority", "")[:20],
        text=sent.get("q", "").strip()[:TEXT_AT_MOST],
        trouble=sent.get("trouble") == "1",
    )
