"""The queries that are asked. All of them are for the asker's own issues, and no other can be built."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

MINE: Final = "assignee = currentUser()"
_OPEN: Final = "statusCategory != Done"
_ORDER: Final = " ORDER BY key"
_ID = re.compile(r"[0-9]{1,19}")
_NOT_IN_NAMES = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_NUMBERS = r"\([0-9]{1,19}(?:, [0-9]{1,19})*\)"
_CLOSED_FORM = re.compile(
    rf"assignee = currentUser\(\)(?: AND (?:project in {_NUMBERS}|id in {_NUMBERS}|statusCategory != Done))+"
    r" ORDER BY key"
)
_KEY = re.compile(r"[A-Z][A-Z0-9_]{0,99}-[0-9]{1,19}")
_CLOSED_KEY = re.compile(rf'assignee = currentUser\(\) AND key = "{_KEY.pattern}"')


def quoted(text: str) -> str:
    """Return a text as a JQL string: always in quotes, so that no word is reserved ("JQL reserved words").

    Raises:
        ValueError: it has a control character or half of a surrogate pair, which no name in Jira has.
    """
    if _NOT_IN_NAMES.search(text):
        raise ValueError("a control character cannot be part of a query")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def assigned_open(project_ids: Iterable[str]) -> str:
    """Return the query for the asker's issues that are not done, in these projects; without any, in all.

    Projects go in by numeric id: a key changes when a project is renamed and may be a reserved word.

    Raises:
        ValueError: something is no project id.
    """
    projects = [_checked(each) for each in project_ids]
    inside = [f"project in ({', '.join(projects)})"] if projects else []
    return " AND ".join([MINE, *inside, _OPEN]) + _ORDER


def assigned_ids(issue_ids: Iterable[str]) -> str:
    """Return the query for those of these issues that are the asker's, done or not.

    Raises:
        ValueError: something is no issue id, or there is none.
    """
    ids = [_checked(each) for each in issue_ids]
    if not ids:
        raise ValueError("no issue ids")
    return f"{MINE} AND id in ({', '.join(ids)}){_ORDER}"


def assigned_key(key: str) -> str:
    """Return the query for the asker's issue of this key: empty where it is somebody else's, refused where it is none.

    Raises:
        ValueError: it is no key.
    """
    if _KEY.fullmatch(key) is None:
        raise ValueError("a key is a project's key, a hyphen and a number")
    return f"{MINE} AND key = {quoted(key)}"


def is_own(text: str) -> bool:
    """Whether a query is one of the forms built here, which find nothing but the asker's own issues."""
    return bool(_CLOSED_FORM.fullmatch(text) or _CLOSED_KEY.fullmatch(text))


def _checked(identifier: str) -> str:
    if _ID.fullmatch(identifier) is None:
        raise ValueError("an id has digits only")
    return identifier
