"""Why a status change did not reach Jira, in plain words with the next step. One table, for pages and API alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from ekachit.connections.words import WORDS, words_for
from ekachit.sync.models import EntryState, OutboxEntry

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Reason:
    """`short` ends the sentence “Jira refused: …”; `title` says what happened, `next_step` what to do about it."""

    short: _StrPromise
    title: _StrPromise
    next_step: _StrPromise


@dataclass(frozen=True, slots=True)
class Told:
    """A reason with the names in it that belong there."""

    short: str
    title: str
    next_step: str


_IN_JIRA = _("Do it in Jira; the next sync brings the status here.")

# `%(fields)s` are the names of the fields that the entry's detail lists.
REFUSED: dict[str, Reason] = {
    "no_transition": Reason(
        _("no step leads there"),
        _("The workflow has no step from the issue's present status to the one you want."),
        _("Do it in Jira, or let this project's two-way choose another status or take several steps."),
    ),
    "field_required": Reason(
        _("needs %(fields)s"),
        _("Jira takes this step only together with a value for %(fields)s."),
        _("Choose the value once for the project, where it can be chosen here; else do it in Jira."),
    ),
    "field_not_on_screen": Reason(
        _("does not take %(fields)s here"),
        _("Jira does not take %(fields)s in this step, and did not make it without either."),
        _("Forget the value in the project's two-way settings, or do it in Jira."),
    ),
    "transition_invalid": Reason(
        _("the step was gone"),
        _("Each time the step was to be made, the workflow no longer offered it."),
        _("Somebody may be changing the issue or its workflow. Look at it in Jira, then try again."),
    ),
    "conflict": Reason(
        _("it was being changed"),
        _("Each time, somebody else was changing the issue at the same moment."),
        _("Look at it in Jira, then try again."),
    ),
    "not_found": Reason(
        _("the issue is not there"),
        _("Jira has no such issue any more, or no longer shows it to you."),
        _("Open it in Jira. If it is hidden from you, ask the project's administrator."),
    ),
    "forbidden": Reason(
        _("you may not do this"),
        _("Your Jira account may not make this step."),
        _("Ask the project's administrator for the permission to transition issues, or somebody who has it."),
    ),
    "reassigned": Reason(
        _("no longer yours"),
        _("The issue is assigned to somebody else now, and only your own are changed from here."),
        _("Ask whoever has it now; or assign it to yourself in Jira, then try again."),
    ),
    "not_yours": Reason(
        _("no longer yours"),
        _("The issue is no longer in your Jira list, and only your own are changed from here."),
        _("Open it in Jira. Once it is yours again, the next sync finds it; then try again."),
    ),
    "refused": Reason(
        _("see why"),
        _("Jira did not make this step."),
        _("Above is what it said. Do it in Jira, or try again."),
    ),
    "unreadable": Reason(
        _("its answer cannot be read"),
        _("Jira's answer about this issue has no status, project or time of change, so nothing was sent."),
        _IN_JIRA,
    ),
}

# A token or a scope is not among these: such a change waits for a new token.
CANCELLED: dict[str, Reason] = {
    "undone": Reason(
        _("taken back"), _("You took it back before it was sent."), _("There is nothing to do.")
    ),
    "disconnected": Reason(
        _("disconnected"),
        _("Jira was disconnected before this was sent."),
        _("Do it in Jira; or connect again, then try again."),
    ),
    "plan": Reason(
        _("needs the Pro plan"),
        _("The account left the Pro plan before this was sent."),
        _("Do it in Jira; or ask the administrator of this installation for Pro, then try again."),
    ),
    "two_way_off": Reason(
        _("two-way is off"),
        _("Two-way was switched off for this project, or the project is no longer picked."),
        _("Do it in Jira; or switch two-way on again, which sends what differs."),
    ),
}

_MAY_HAVE_GONE = _("It was on its way at that moment and may have arrived: look at the issue in Jira.")


def told(entry: OutboxEntry) -> Told:
    """Return why an entry that is refused or cancelled did not reach Jira."""
    if entry.state == EntryState.CANCELLED:
        return _cancelled(entry)
    reason = REFUSED.get(entry.code) or _strange(entry.code)
    names = {"fields": field_names(entry.detail)}
    title = str(reason.title) % names
    if entry.detail.get("unheard"):
        title = f"{title} {_MAY_HAVE_GONE}"
    return Told(str(reason.short) % names, title, str(reason.next_step))


def short_of(code: str, fields: tuple[str, ...] = ()) -> str:
    """Return what ends the sentence “Jira would refuse: …” for a code and the names of fields."""
    reason = REFUSED.get(code) or _strange(code)
    return str(reason.short) % {"fields": _listed(fields)}


def field_names(detail: dict[str, Any]) -> str:
    """Return the names of the fields that a refusal is about: `“Resolution”`, several with commas."""
    return _listed(tuple(str(each["name"]) for each in detail.get("fields", ())))


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"“{name}”" for name in names) or str(_("a field"))


def _cancelled(entry: OutboxEntry) -> Told:
    reason = CANCELLED.get(entry.code) or CANCELLED["undone"]
    title = str(reason.title)
    if entry.posted_at is not None and entry.code != "undone":
        title = f"{title} {_MAY_HAVE_GONE}"
    return Told(str(reason.short), title, str(reason.next_step))


def _strange(code: str) -> Reason:
    """The words for what is no answer of Jira's at all, however often it was tried."""
    words = words_for(code)
    known = code in WORDS
    title = words.title if known else _("The site answered again and again, but not as Jira does.")
    return Reason(_("no usable answer"), title, words.next_step if known else _IN_JIRA)
