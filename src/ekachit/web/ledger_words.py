"""Why a request was made, in the reader's language: the ledger keeps the reason as the client gave it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

# Every reason that the client and the sync give, by what the ledger has; a test compares the two. `{}` is an issue's
# key, a project's, or a status.
REASONS: Final = {
    "the site's id, which scoped tokens need": gettext_noop("the site’s id, which scoped tokens need"),
    "whose token this is": gettext_noop("whose token this is"),
    "whose token this is, if it has scopes": gettext_noop("whose token this is, if it has scopes"),
    "which fields hold story points": gettext_noop("which fields hold story points"),
    "values of number fields in your own issues": gettext_noop("values of number fields in your own issues"),
    "your projects": gettext_noop("your projects"),
    "how many open issues are yours": gettext_noop("how many open issues are yours"),
    "your open issues in each project": gettext_noop("your open issues in each project"),
    "your open issues in {}": gettext_noop("your open issues in %(first)s"),
    "your open issues": gettext_noop("your open issues"),
    "which open issues are yours": gettext_noop("which open issues are yours"),
    "your changed issues": gettext_noop("your changed issues"),
    "issues with a new sub-task of yours": gettext_noop("issues with a new sub-task of yours"),
    "issues that left your list": gettext_noop("issues that left your list"),
    "why an issue is not here": gettext_noop("why an issue is not here"),
    "one of your issues": gettext_noop("one of your issues"),
    "which status changes are open": gettext_noop("which status changes are open"),
    "your status change": gettext_noop("your status change"),
    "the statuses of a project": gettext_noop("the statuses of a project"),
    "the statuses that two-way can choose from": gettext_noop("the statuses that two-way can choose from"),
    "{}: what two-way would do": gettext_noop("%(first)s: what two-way would do"),
    "{}, whose status you changed": gettext_noop("%(first)s, whose status you changed"),
    "{} to {}": gettext_noop("%(first)s → %(second)s"),
}
_ANY: Final = gettext_noop("…")


def shape_of(why: str) -> str:
    """Return which of the reasons a reason is, `{}` in place of what it names; itself where it is none of them."""
    return next((shape for shape, pattern in _PATTERNS if pattern.fullmatch(why)), why)


def in_words(why: str) -> str:
    """Return a reason of the ledger in the reader's language; one of another version as it is stored."""
    for shape, pattern in _PATTERNS:
        fit = pattern.fullmatch(why)
        if fit:
            return _(REASONS[shape]) % dict(zip(("first", "second"), fit.groups(), strict=False))
    return why


def choices(whys: Iterable[str]) -> list[tuple[str, str]]:
    """Return the reasons that there are, as shapes, each once and in words: what a list to choose from has."""
    shapes = {shape_of(why) for why in whys}
    dots = {"first": _(_ANY), "second": _(_ANY)}
    named = [(shape, _(REASONS[shape]) % dots if shape in REASONS else shape) for shape in shapes]
    return sorted(named, key=lambda each: each[1].casefold())


_PATTERNS: Final = tuple(
    (shape, re.compile(re.escape(shape).replace(r"\{\}", "(.+)")))
    for shape in sorted(REASONS, key=lambda each: each.count("{}"))
)
