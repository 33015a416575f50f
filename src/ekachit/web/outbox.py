"""Changes for Jira: what waits, what Jira refused and why, what was not sent; and what can be done about each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ekachit.sync import actions
from ekachit.sync.access import own_entry
from ekachit.sync.models import Link, OutboxEntry
from ekachit.sync.queries import browse_url
from ekachit.sync.refusals import Told, told
from ekachit.sync.truth import Kind, Truth, unsettled_of
from ekachit.tasks.models import Status
from ekachit.web.outbox_chip import waiting_words
from ekachit.web.visit import Visit

LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """A field that Jira asked for, as the form offers it: a list to choose from, else a text."""

    name: str
    label: str
    options: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Entry:
    """A change as the page shows it. `asked` is empty where Jira asks for something that cannot be given here."""

    entry: OutboxEntry
    kind: Kind
    link: Link | None
    address: str
    settings_address: str
    wanted: str
    waits: str
    told: Told | None
    said: list[str]
    asked: list[Asked]


@require_safe
def outbox(request: Visit) -> HttpResponse:
    """Show what of the person's changes is not in Jira, and why."""
    entries = _entries(unsettled_of(request.user, now=timezone.now()))
    # A form is not swapped away under the hand.
    moving = bool(entries) and all(each.kind is Kind.WAITING for each in entries)
    return render(request, "web/outbox/page.html", {"entries": entries, "moving": moving})


@require_POST
def choose(request: Visit, entry_id: int) -> HttpResponse:
    """Keep the values that were chosen, for the whole project, and send the change again.

    Raises:
        BadRequest: none was chosen, or Jira did not ask for it.
    """
    entry = own_entry(request.user, entry_id)
    kept = False
    for asked in _asked(entry.detail):
        given = request.POST.get(f"field-{asked.name}", "").strip()
        value_id, name = (given, "") if asked.options else ("", given[:LONGEST_VALUE])
        if given:
            kept |= actions.choose_value(entry, asked.name, name=name, value_id=value_id, now=timezone.now())
    if not kept:
        raise BadRequest("value")
    messages.success(request, _("Kept for the project. “%(title)s” is on its way to Jira.") % _title(entry))
    return _back(entry)


@require_POST
def retry(request: Visit, entry_id: int) -> HttpResponse:
    """Send a change once more."""
    entry = own_entry(request.user, entry_id)
    if actions.retry(entry, now=timezone.now()):
        messages.success(request, _("“%(title)s” is on its way to Jira.") % _title(entry))
        return _back(entry)
    messages.info(
        request, _("This cannot be sent now: two-way is off, Jira is not connected, or it was settled.")
    )
    return redirect("web:outbox")


@require_POST
def leave(request: Visit, entry_id: int) -> HttpResponse:
    """Let it be as it is."""
    entry = own_entry(request.user, entry_id)
    if actions.leave(entry, now=timezone.now()):
        messages.success(request, _("“%(title)s” stays as it is.") % _title(entry))
    return redirect("web:outbox")


def _back(entry: OutboxEntry) -> HttpResponse:
    return redirect(f"{reverse('web:today')}#task-{entry.task_id}")


def _title(entry: OutboxEntry) -> dict[str, str]:
    return {"title": entry.task.title}


def _entries(truths: Iterable[Truth]) -> list[Entry]:
    return [_entry(each) for each in truths]


def _entry(truth: Truth) -> Entry:
    entry = truth.entry
    link: Link | None = getattr(entry.task, "link", None)
    waits = waiting_words(truth) if truth.kind is Kind.WAITING else ""
    return Entry(
        entry=entry,
        kind=truth.kind,
        link=link,
        address=browse_url(link) if link else "",
        settings_address=reverse("web:two_way", args=[entry.connection_id, link.project_id]) if link else "",
        wanted=str(Status(entry.wanted).label),
        waits=waits[:1].upper() + waits[1:],
        told=None if waits else told(entry),
        said=[str(each) for each in entry.detail.get("said", ())],
        asked=_asked(entry.detail) if truth.kind is Kind.REFUSED else [],
    )


def _asked(detail: Mapping[str, Any]) -> list[Asked]:
    """What can be chosen here of what Jira asked for: nothing, unless it is all of it."""
    fields = list(detail.get("fields", ()))
    if not all(each["options"] or each["id"] == "resolution" for each in fields):
        return []
    return [
        Asked(
            each["id"],
            each["name"],
            [(option["id"] or option["name"], option["name"]) for option in each["options"]],
        )
        for each in fields
    ]
