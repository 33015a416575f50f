"""A receipt in words: what a pass changed from what to what, what it set aside, what failed and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ekachit.connections.models import Connection
from ekachit.sync.models import Link, Pass, PassState, Presence
from ekachit.sync.queries import browse_url
from ekachit.tasks.models import Status

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# So many lines are open; the rest unfold.
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One note in words. `key` names the issue or project it is about, `address` is where the issue is."""

    key: str
    text: str
    address: str = ""
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """A pass as the page shows it: plain where nothing changed and nothing was wrong."""

    row: Pass
    summary: str
    lines: list[Line]
    more: list[Line]

    @property
    def is_plain(self) -> bool:
        """Whether one small line says it all."""
        return self.row.state == PassState.COMPLETE and not (
            self.row.code or self.lines or self.row.is_import or _changes(self.row)
        )


def receipt_of(row: Pass, connection: Connection) -> Receipt:
    """Return a pass in words."""
    lines = [line_of(note, connection) for note in row.notes]
    return Receipt(row, summary_of(row), lines[:SHOWN], lines[SHOWN:])


def summary_of(row: Pass) -> str:
    """Return the counts that are not zero, in a sentence."""
    parts = [text % {"count": count} for count, text in _counts(row) if count]
    if parts:
        return ", ".join(parts)
    if row.state == PassState.RUNNING:
        return ""
    return _("nothing changed") if row.state == PassState.COMPLETE else _("nothing was written")


def line_of(note: object, connection: Connection) -> Line:
    """Return a note of a receipt in words; one that this version does not know says so and no more."""
    if not isinstance(note, Mapping):
        return Line("", str(note))
    if "project" in note:
        text = _("gone, or not shown to you any more; its tasks stay, the other projects went on")
        return Line(_text(note, "project"), text, bad=True)
    key = _text(note, "key")
    address = browse_url(Link(connection=connection, key=key)) if "-" in key else ""
    for name, words in _WORDS:
        if name in note:
            return Line(key, words(note), address, bad=name in {"unreadable", "set_aside"})
    return Line(key, _("something that this version has no words for"), address)


def _counts(row: Pass) -> Iterator[tuple[int, str]]:
    yield row.created, ngettext("%(count)d created", "%(count)d created", row.created)
    yield row.updated, ngettext("%(count)d updated", "%(count)d updated", row.updated)
    yield row.set_aside, ngettext("%(count)d set aside", "%(count)d set aside", row.set_aside)
    yield row.failed, ngettext("%(count)d failed", "%(count)d failed", row.failed)
    if _changes(row):
        yield row.unchanged, ngettext("%(count)d unchanged", "%(count)d unchanged", row.unchanged)


def _changes(row: Pass) -> int:
    return row.created + row.updated + row.set_aside + row.failed


def _unreadable(note: Mapping[str, Any]) -> str:
    reason = {"reason": _text(note, "unreadable")}
    return _("could not be read and was put aside until it changes: %(reason)s") % reason


def _set_aside(note: Mapping[str, Any]) -> str:
    words = {"jiras": _status(note.get("to")), "ours": _status(note.get("set_aside"))}
    return _("changed on both sides: “%(jiras)s” of Jira was taken, your “%(ours)s” set aside") % words


def _created(note: Mapping[str, Any]) -> str:
    return _("new, %(status)s") % {"status": _status(note.get("to"))}


def _changed(note: Mapping[str, Any]) -> str:
    changed = [each for each in _list(note.get("changed")) if isinstance(each, str)]
    parts: list[str] = []
    if "from" in note:
        parts.append(_step(_("status"), _status(note["from"]), _status(note.get("to"))))
    values = note.get("values")
    for name in changed:
        if words := _FIELDS.get(name):
            pair = values.get(name) if isinstance(values, Mapping) else None
            parts += [words(pair if isinstance(pair, list) and len(pair) == _PAIR else None)]
    if "presence" in changed:
        parts.append(_presence(note))
    said = [each for each in dict.fromkeys(parts) if each]
    return "; ".join(said) if said else _("kept in step with Jira")


def _presence(note: Mapping[str, Any]) -> str:
    words = {
        Presence.GONE.value: _("no longer yours in Jira; the task stays"),
        Presence.NOT_PICKED.value: _("its project is not picked any more; the task stays"),
        Presence.CURRENT.value: _("back in your Jira list"),
    }
    return words.get(str(note.get("presence") or note.get("to")), _("its place in your Jira list"))


_PAIR = 2


def _step(what: str, before: str, after: str) -> str:
    return _("%(what)s “%(before)s” → “%(after)s”") % {"what": what, "before": before, "after": after}


def _text_field(label: _StrPromise) -> Callable[[list[Any] | None], str]:
    def words(pair: list[Any] | None) -> str:
        name = str(label)
        if pair is None:
            return name
        return _step(name, *(str(each) if each else _("none") for each in pair))

    return words


def _points(pair: list[Any] | None) -> str:
    if pair is None:
        return _("story points")
    return _step(_("story points"), *(_("none") if each is None else _number(each) for each in pair))


def _key(pair: list[Any] | None) -> str:
    return _("key") if pair is None else _("moved here from %(before)s") % {"before": pair[0]}


def _silent(_pair: list[Any] | None) -> str:
    """Nothing: another part of the line says it."""
    return ""


_FIELDS: dict[str, Callable[[list[Any] | None], str]] = {
    "title": _text_field(gettext_lazy("title")),
    "status": _silent,
    "status_name": _text_field(gettext_lazy("status in Jira")),
    "priority_name": _text_field(gettext_lazy("priority")),
    "priority_rank": _silent,
    "points": _points,
    "key": _key,
    "project_id": lambda _pair: _("project"),
    "issue_type": lambda _pair: _("type"),
    "checklist": lambda _pair: _("checklist"),
}
_WORDS: tuple[tuple[str, Callable[[Mapping[str, Any]], str]], ...] = (
    ("unreadable", _unreadable),
    ("set_aside", _set_aside),
    ("created", _created),
    ("changed", _changed),
)


def _text(note: Mapping[str, Any], name: str) -> str:
    return str(note.get(name) or "")


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _status(value: object) -> str:
    return str(Status(value).label) if value in Status.values else str(value or "–")


def _number(value: object) -> str:
    if not isinstance(value, int | float):
        return str(value)
    return formats.number_format(int(value) if value == int(value) else round(value, 1))
