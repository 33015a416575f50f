"""What a task's row says of its status change on the way to Jira."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from ekachit.sync.refusals import told
from ekachit.sync.truth import Holdup, Kind, Truth


@dataclass(frozen=True, slots=True)
class Chip:
    """A few words and the way to the next step; `tone` goes with what they say."""

    text: str
    tone: str
    address: str


def chip_of(truth: Truth) -> Chip:
    """Return the chip of a change that waits, was refused or was not sent."""
    details = f"{reverse('web:outbox')}#task-{truth.entry.task_id}"
    if truth.kind is Kind.REFUSED:
        return Chip(_("Jira refused: %(why)s") % {"why": told(truth.entry).short}, "trouble", details)
    if truth.kind is Kind.NOT_SENT:
        return Chip(_("not sent to Jira: %(why)s") % {"why": told(truth.entry).short}, "trouble", details)
    if truth.holdup is None:
        return Chip(_("waiting for Jira"), "busy", details)
    if truth.holdup is Holdup.TOKEN:
        address = reverse("web:token", args=[truth.entry.connection_id])
        return Chip(waiting_words(truth), "trouble", address)
    return Chip(waiting_words(truth), "trouble", details)


def waiting_words(truth: Truth) -> str:
    """Return why a change waits, and when it is tried again."""
    words = {
        None: _("waiting for Jira"),
        Holdup.TOKEN: _("waiting for Jira: it needs a new token"),
        Holdup.RATE: _("waiting for Jira: it asked us to wait until %(time)s"),
        Holdup.READ_ONLY: _("waiting for Jira: it takes no changes now, next try at %(time)s"),
        Holdup.AWAY: _("waiting for Jira: it does not answer, next try at %(time)s"),
        Holdup.HERE: _("waiting for Jira: this server cannot send now, next try at %(time)s"),
        Holdup.NOBODY: _("waiting for Jira: nobody sends it. Is the worker running?"),
    }
    return words[truth.holdup] % {"time": _clock(truth.until)}


def _clock(moment: datetime | None) -> str:
    return formats.date_format(timezone.localtime(moment), "H:i") if moment else ""
