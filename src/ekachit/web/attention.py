"""Cards on top of Today: what needs the person now, with the next step in each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ekachit.connections.models import Connection, State
from ekachit.connections.words import words_for
from ekachit.domain.sync.schedule import EXPIRY_WARNING_DAYS
from ekachit.sync.expiry import days_left
from ekachit.sync.standing import Standing


@dataclass(frozen=True, slots=True)
class Card:
    """What happened, what it means, and the way to the next step."""

    title: str
    text: str
    step: str
    address: str
    urgent: bool


def cards_of(standings: Iterable[Standing], *, now: datetime) -> list[Card]:
    """Return what needs the person now, what has stopped before what is about to."""
    found = [card for each in standings if (card := _card(each, now)) is not None]
    return sorted(found, key=lambda card: not card.urgent)


def expiry_chip(connection: Connection, *, now: datetime) -> str:
    """Return when a connection's token ends, in words; empty where that is more than 14 days ahead or not known."""
    days = days_left(connection, now)
    if not connection.active or days is None or days > max(EXPIRY_WARNING_DAYS):
        return ""
    if days < 0:
        return _("has ended")
    if days == 0:
        return _("ends today")
    if days == 1:
        return _("ends tomorrow")
    return ngettext("ends in %(days)d day", "ends in %(days)d days", days) % {"days": days}


def _card(standing: Standing, now: datetime) -> Card | None:
    connection = standing.connection
    address = reverse("web:token", args=[connection.pk])
    if connection.state == State.NEEDS_TOKEN:
        why = words_for(standing.last.code).title if standing.last and standing.last.code else ""
        text = _("Nothing is synced until it has one. Your tasks stay as they are.")
        title = _("%(site)s needs a new API token") % {"site": connection.site}
        return Card(title, f"{why} {text}".strip(), _("Enter a new token"), address, urgent=True)
    last_day, ends = connection.token_expires_on, expiry_chip(connection, now=now)
    if last_day is None or not ends:
        return None
    title = _("The API token for %(site)s %(ends)s") % {
        "site": connection.site,
        "ends": ends,
    }
    day = formats.date_format(last_day, "j M Y")
    text = _("Its last day is %(day)s. Give a new one before that, and the sync goes on without a gap.")
    return Card(title, text % {"day": day}, _("Enter a new token"), address, urgent=False)
