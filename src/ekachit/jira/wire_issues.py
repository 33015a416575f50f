"""Reading the issues of an answer: all at once where each is as it should be, else one by one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec
from msgspec import Raw, Struct

from ekachit.jira.changelog import Changelog, moment
from ekachit.jira.errors import Unexpected, capped
from ekachit.jira.wire import Fields, Issue, RawPage, Unreadable, decoded, mended

_LONGEST_ID: Final = 19
_LONGEST_KEY: Final = 100
_NO_KEY = re.compile(r"[\s/\\<>\"']")
_CUSTOM = re.compile(r"customfield_[0-9]{1,19}")
_NOTHING: Final = Raw(b"")
_NO_LABEL: Final = "has no id or key of Jira's form"


class Read(Struct, frozen=True):
    """The issues of a page, each as it is or why it cannot be read, and what the page says of the next."""

    issues: list[Issue | Unreadable]
    is_last: bool | None = None
    next_page_token: str | None = None


class _Label(Struct, frozen=True):
    id: Any = None
    key: Any = None


class _Shapes(Struct, frozen=True):
    """How an issue and a page come, if these custom fields are asked for."""

    custom: tuple[str, ...]
    issue: type[Any]
    page: type[Any]


def read_page(body: bytes, fields: Iterable[str] = ()) -> Read:
    """Return what a page of a search brings, if these fields were asked for.

    Raises:
        Unexpected: `not_json`, `bad_shape`.
    """
    shapes, clean = _shapes_of(fields), mended(body)
    try:
        page = msgspec.json.decode(clean, type=shapes.page)
        _check(page.issues)
        issues: list[Issue | Unreadable] = [_issue(each, shapes.custom) for each in page.issues]
        return Read(issues, page.is_last, page.next_page_token)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        # One of them is not as it should be, or the page itself is not.
        raw = decoded(clean, RawPage)
        return Read([_alone(each, shapes) for each in raw.issues], raw.is_last, raw.next_page_token)


def read_issue(body: bytes, fields: Iterable[str] = ()) -> Issue | Unreadable:
    """Return an issue, or why it cannot be read, if these fields were asked for."""
    return _alone(mended(body), _shapes_of(fields))


def is_key(text: str) -> bool:
    """Whether a text can be an issue's key."""
    if text.isascii() and text.replace("-", "").isalnum():
        return len(text) <= _LONGEST_KEY
    return 0 < len(text) <= _LONGEST_KEY and text.isprintable() and _NO_KEY.search(text) is None


def _shapes_of(fields: Iterable[str]) -> _Shapes:
    return _shapes(tuple(sorted({name for name in fields if _CUSTOM.fullmatch(name)})))


# Fields that hold points differ from site to site; most sites have one or two of them.
@lru_cache(maxsize=512)
def _shapes(custom: tuple[str, ...]) -> _Shapes:
    """The shapes for some custom fields, whose values stay as Jira sent them: one decoding for all there is."""
    asked = [(name, Raw, _NOTHING) for name in custom]
    fields = msgspec.defstruct("Fields", asked, bases=(Fields,), frozen=True) if asked else Fields
    # Jira never leaves out fields that were asked for: without them an issue would pass for somebody else's.
    members: Sequence[Any] = (
        ("id", str),
        ("fields", fields),
        ("key", str, ""),
        ("changelog", Changelog | None, None),
    )
    issue = msgspec.defstruct("Issue", members, frozen=True)
    page = msgspec.defstruct(
        "Page",
        (
            ("issues", list[issue], msgspec.field(default_factory=list)),  # type: ignore[valid-type] # made here
            ("is_last", bool | None, None),
            ("next_page_token", str | None, None),
        ),
        rename="camel",
        frozen=True,
    )
    return _Shapes(custom, issue, page)


def _alone(raw: Raw | bytes, shapes: _Shapes) -> Issue | Unreadable:
    """One issue of a body that was mended."""
    try:
        outer = decoded(raw, shapes.issue)
        _check([outer])
        return _issue(outer, shapes.custom)
    except (Unexpected, ValueError) as trouble:
        return _unreadable(raw, str(trouble))


def _check(issues: Sequence[Any]) -> None:
    """Look at the ids and keys of all issues at once.

    Raises:
        ValueError: one of them is not of Jira's form.
    """
    ids, keys = [each.id for each in issues], [each.key for each in issues]
    all_ids, all_keys = "".join(ids), "".join(keys).replace("-", "")
    digits = not ids or (all_ids.isdigit() and all_ids.isascii() and max(map(len, ids)) <= _LONGEST_ID)
    plain = not keys or (all_keys.isalnum() and all_keys.isascii() and max(map(len, keys)) <= _LONGEST_KEY)
    if not (digits and all(ids) and ((plain and all(keys)) or all(map(is_key, keys)))):
        raise ValueError(_NO_LABEL)


def _issue(outer: Any, custom: Sequence[str]) -> Issue:
    """Put together what was decoded.

    Raises:
        ValueError: the time of its change is not of Jira's form.
    """
    fields: Fields = outer.fields
    changelog: Changelog | None = outer.changelog
    return Issue(
        outer.id,
        outer.key,
        fields,
        None if fields.updated is None else moment(fields.updated),
        {name: value for name in custom if (value := getattr(fields, name)) is not _NOTHING}
        if custom
        else {},
        changelog.status_changes() if changelog else (),
    )


def _is_id(text: str) -> bool:
    return text.isdigit() and text.isascii() and len(text) <= _LONGEST_ID


def _unreadable(raw: Raw | bytes, reason: str) -> Unreadable:
    """What can still be told of it: an id and a key, if those at least are of Jira's form."""
    try:
        label = msgspec.json.decode(raw, type=_Label)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        label = _Label()
    known = label.id if isinstance(label.id, str) and _is_id(label.id) else None
    key = label.key if isinstance(label.key, str) and is_key(label.key) else None
    return Unreadable(capped(reason, 120), known, key)
