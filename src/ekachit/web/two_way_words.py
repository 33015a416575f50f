"""What the preview of two-way says, a sentence for each change."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from ekachit.sync.preview import Forecast
from ekachit.sync.refusals import short_of
from ekachit.tasks.models import Status


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A forecast in words. `tone` is `ok`, `trouble` or empty: it goes with what the words say."""

    key: str
    title: str
    text: str
    tone: str


def foreseen(forecast: Forecast) -> Foreseen:
    """Return what would become of one change, in a sentence."""
    names = {
        "wanted": str(Status(forecast.wanted).label),
        "status": forecast.jira_status,
        "to": forecast.to_status,
        "step": forecast.transition,
    }
    sentences = {
        "move": (_("%(wanted)s: would move it from “%(status)s” to “%(to)s” by “%(step)s”."), "ok"),
        "already_there": (_("%(wanted)s: it is “%(status)s” in Jira already, nothing is sent."), ""),
        "set_aside": (
            _("%(wanted)s: Jira has changed it to “%(status)s”. That is taken, yours is set aside."),
            "trouble",
        ),
    }
    if forecast.verdict in sentences:
        text, tone = sentences[forecast.verdict]
        return Foreseen(forecast.key, forecast.title, text % names, tone)
    refused = _("%(wanted)s: would be refused from “%(status)s”: %(why)s.")
    why = short_of(forecast.verdict, forecast.fields)
    return Foreseen(forecast.key, forecast.title, refused % {**names, "why": why}, "trouble")
