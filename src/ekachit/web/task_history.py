"""What has become of a task, in words: what the person did, what the sync brought, what went to Jira and came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ekachit.domain.work.duration import written
from ekachit.sync.models import Conflict, ConflictKind, ConflictState, EntryState, Link, OutboxEntry, Pass
from ekachit.sync.refusals import told
from ekachit.tasks.history import history_of
from ekachit.tasks.models import FocusSession, SessionSource, Settlement, Status, Task, TaskEvent
from ekachit.web.receipt_words import line_of
from ekachit.web.templatetags.ekachit import hours

SHOWN = 60
# Passes that are looked through for what they said of the issue.
PASSES = 200


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened, in a sentence; `bad` where the person may have to do something."""

    at: datetime
    text: str
    bad: bool = False


def history_words(task: Task, link: Link | None) -> list[Happened]:
    """Return what happened to a task, the latest first, at most 60 things."""
    found = [*_events(task), *_sessions(task), *_sent(task), *_set_aside(task)]
    if link is not None:
        found += _synced(link)
    return sorted(found, key=lambda each: each.at, reverse=True)[:SHOWN]


def _events(task: Task) -> Iterator[Happened]:
    for event in history_of(task)[:SHOWN]:
        if text := _event(event):
            yield Happened(event.at, text)


def _event(event: TaskEvent) -> str:
    """The sentence of an event; empty for a kind that this version has no words for."""
    params: dict[str, Any] = event.params
    kind = event.kind
    if kind == "created":
        return _("You wrote it down.")
    if kind == "status":
        words = {"before": _status(params.get("before")), "after": _status(params.get("after"))}
        return _("You moved it from “%(before)s” to “%(after)s”.") % words
    if kind == "edited":
        names = {"title": _("the title"), "priority": _("the priority"), "notes": _("the notes")}
        changed = [str(names[each]) for each in params.get("changed", ()) if each in names]
        return _("You changed %(what)s.") % {"what": ", ".join(changed)} if changed else ""
    if kind == "estimate":
        return _estimate(params)
    return _session_event(kind, params)


def _estimate(params: dict[str, Any]) -> str:
    words = {"before": hours(params.get("before")), "after": hours(params.get("after"))}
    if params.get("typed"):
        return _("You set the estimate to %(after)s; it was %(before)s.") % words
    return _("The estimate follows the points again: %(after)s; it was %(before)s.") % words


def _session_event(kind: str, params: dict[str, Any]) -> str:
    length = written(params.get("seconds") or params.get("after") or 0)
    if kind == "session_trimmed":
        how = params.get("how", "")
        label = Settlement(how).label if how in Settlement.values else ""
        return _("A session that ran on without you: %(how)s, %(length)s.") % {"how": label, "length": length}
    if kind == "session_dropped":
        return _("You dropped the session that began %(when)s.") % {"when": _when(params.get("started_at"))}
    if kind == "session_changed":
        words = {"before": written(params.get("before") or 0), "after": length}
        return _("You changed a session from %(before)s to %(after)s.") % words
    if kind == "session_deleted":
        words = {"when": _when(params.get("started_at")), "length": length}
        return _("You deleted the session that began %(when)s (%(length)s).") % words
    return ""


def _sessions(task: Task) -> Iterator[Happened]:
    for each in FocusSession.objects.filter(task=task).order_by("-started_at")[:SHOWN]:
        length = {"length": written(each.seconds or 0)}
        if each.source == SessionSource.MANUAL:
            yield Happened(each.ended_at or each.started_at, _("You typed that it took %(length)s.") % length)
            continue
        yield Happened(each.started_at, _("You started the timer."))
        if each.ended_at is not None:
            yield Happened(each.ended_at, _("The timer ended after %(length)s.") % length)


def _sent(task: Task) -> Iterator[Happened]:
    for entry in OutboxEntry.objects.filter(task=task).order_by("-id")[:SHOWN]:
        words = {"status": _status(entry.wanted)}
        if entry.ended_at is None:
            yield Happened(entry.created_at, _("“%(status)s” waits to be sent to Jira.") % words)
        elif entry.state == EntryState.APPLIED:
            yield Happened(entry.ended_at, _("Jira took “%(status)s”.") % words)
        elif entry.state == EntryState.REFUSED:
            text = _("Jira refused “%(status)s”: %(why)s.") % {**words, "why": told(entry).short}
            yield Happened(entry.ended_at, text, bad=True)
        elif entry.state == EntryState.CANCELLED:
            text = _("“%(status)s” was not sent to Jira: %(why)s.") % {**words, "why": told(entry).short}
            yield Happened(entry.ended_at, text)


def _set_aside(task: Task) -> Iterator[Happened]:
    for each in Conflict.objects.filter(task=task)[:SHOWN]:
        words = {"ours": _status(each.ours), "jiras": each.jira_status or _status(each.jiras)}
        if each.kind == ConflictKind.LATE:
            text = _("Both sides changed at the same moment: your “%(ours)s” went over Jira's “%(jiras)s”.")
        else:
            text = _("Both sides changed: Jira's “%(jiras)s” was taken, your “%(ours)s” set aside.")
        yield Happened(each.found_at, text % words, bad=each.state == ConflictState.OPEN)
        if each.closed_at is not None:
            reapplied = each.state == ConflictState.REAPPLIED
            after = _("You applied “%(ours)s” again.") if reapplied else _("You left it as Jira has it.")
            yield Happened(each.closed_at, after % words)


def _synced(link: Link) -> Iterator[Happened]:
    """What the receipts say of the issue; what was set aside is told by its conflict."""
    passes = Pass.objects.filter(connection_id=link.connection_id, ended_at__isnull=False).exclude(notes=[])
    for receipt in passes.only("notes", "ended_at", "connection_id")[:PASSES]:
        for note in receipt.notes:
            if not isinstance(note, dict) or note.get("key") != link.key or "set_aside" in note:
                continue
            said = line_of(note, link.connection)
            text = _("Sync with Jira: %(what)s.") % {"what": said.text}
            yield Happened(receipt.ended_at or timezone.now(), text, bad=said.bad)


def _status(value: object) -> str:
    return str(Status(value).label) if value in Status.values else str(value or "–")


def _when(value: object) -> str:
    moment = parse_datetime(value) if isinstance(value, str) else None
    return date_format(timezone.localtime(moment), "j M, H:i") if moment else "–"
