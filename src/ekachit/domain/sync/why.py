"""Why an issue is not here: the first rule that keeps it out. Pure: from what we hold and what Jira said."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_KEY = r"[A-Z][A-Z0-9_]{0,99}-[0-9]{1,19}"
_KEY_ALONE = re.compile(_KEY)
# A key as Jira's own links have it: `/browse/PAY-1`, `?selectedIssue=PAY-1`.
_KEY_IN_LINK = re.compile(rf"(?:/BROWSE/|[?&]SELECTEDISSUE=)({_KEY})(?![A-Z0-9_-])")
_LONGEST = 2000


class Reason(StrEnum):
    """The rules, in the order in which they are looked at."""

    NOT_A_KEY = "not_a_key"
    HERE = "here"
    DONE_HERE = "done_here"
    NO_LONGER_YOURS = "no_longer_yours"
    NO_LONGER_PICKED = "no_longer_picked"
    ON_CHECKLIST = "on_checklist"
    UNREADABLE = "unreadable"
    NOT_VISIBLE = "not_visible"
    NOT_YOURS = "not_yours"
    UNKNOWN_PROJECT = "unknown_project"
    NOT_PICKED = "not_picked"
    DONE_BEFORE = "done_before"
    # No rule keeps it out: the next pass brings it.
    COMING = "coming"


class Home(StrEnum):
    """Where we hold an issue."""

    NOWHERE = "nowhere"
    OPEN_TASK = "open_task"
    DONE_TASK = "done_task"
    # Tasks that stayed here when the issue went: by the proof of a pass, or with its project.
    GONE_TASK = "gone_task"
    UNPICKED_TASK = "unpicked_task"
    CHECKLIST = "checklist"
    PUT_ASIDE = "put_aside"


class ProjectIs(StrEnum):
    """What we know of an issue's project."""

    UNKNOWN = "unknown"
    NOT_PICKED = "not_picked"
    PICKED = "picked"


class Said(StrEnum):
    """What Jira answered to the question for the person's own issue of this key."""

    # 400: it names an issue that is not there, or that the account may not see; Jira does not tell which.
    NOTHING_THERE = "nothing_there"
    # An empty answer: there is one, and it is not assigned to the person.
    NOT_YOURS = "not_yours"
    UNREADABLE = "unreadable"
    YOURS = "yours"


@dataclass(frozen=True, slots=True)
class Local:
    """What we hold of an issue. `key` is None where none was typed; `project` is that of the key."""

    key: str | None
    home: Home = Home.NOWHERE
    project: ProjectIs = ProjectIs.UNKNOWN


@dataclass(frozen=True, slots=True)
class Answer:
    """What Jira said. `on_checklist`: it is a sub-task whose parent has an open task here."""

    said: Said
    project: ProjectIs = ProjectIs.UNKNOWN
    done: bool = False
    on_checklist: bool = False


_AT_HOME = {
    Home.OPEN_TASK: Reason.HERE,
    Home.DONE_TASK: Reason.DONE_HERE,
    Home.GONE_TASK: Reason.NO_LONGER_YOURS,
    Home.UNPICKED_TASK: Reason.NO_LONGER_PICKED,
    Home.CHECKLIST: Reason.ON_CHECKLIST,
    Home.PUT_ASIDE: Reason.UNREADABLE,
}


def parse_key(text: str) -> str | None:
    """Return the key that a text means, in Jira's spelling: typed alone or inside a link of Jira's; None for none."""
    typed = text.strip()[:_LONGEST].upper()
    if _KEY_ALONE.fullmatch(typed):
        return typed
    found = _KEY_IN_LINK.search(typed)
    return found[1] if found else None


def known_reason(local: Local) -> Reason | None:
    """Return the reason that follows from what we hold; None where Jira has to be asked."""
    return Reason.NOT_A_KEY if local.key is None else _AT_HOME.get(local.home)


def likely_reason(local: Local) -> Reason | None:
    """Return the reason as far as it can be told when Jira cannot be asked; None where nothing can be told."""
    known = known_reason(local)
    return Reason.NOT_PICKED if known is None and local.project is ProjectIs.NOT_PICKED else known


def first_reason(local: Local, answer: Answer) -> Reason:
    """Return the first rule that keeps an issue out.

    Args:
        local: what we hold of the issue that Jira named; a moved one is found under its new key.
        answer: what Jira said.
    """
    return known_reason(local) or _answered(answer)


def _answered(answer: Answer) -> Reason:
    if answer.said is not Said.YOURS:
        return {
            Said.NOTHING_THERE: Reason.NOT_VISIBLE,
            Said.NOT_YOURS: Reason.NOT_YOURS,
            Said.UNREADABLE: Reason.UNREADABLE,
        }[answer.said]
    if answer.project is not ProjectIs.PICKED:
        return Reason.NOT_PICKED if answer.project is ProjectIs.NOT_PICKED else Reason.UNKNOWN_PROJECT
    if answer.on_checklist:
        return Reason.ON_CHECKLIST
    return Reason.DONE_BEFORE if answer.done else Reason.COMING
