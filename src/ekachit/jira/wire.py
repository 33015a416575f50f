"""The shapes that are read from Jira, and nothing more of them than is used.

Unknown members are ignored. What may be absent or null in Jira may be so here. An issue that cannot be read
is returned as `Unreadable` with the reason, so that it does not spoil its page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final, TypeVar

import msgspec
from msgspec import Raw, Struct

from ekachit.jira.changelog import StatusChange
from ekachit.jira.errors import Unexpected
from ekachit.jira.wire_workflow import FieldSchema, Status

TITLE_LIMIT: Final = 255
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# An escaped NUL, but not an escaped backslash before "u0000".
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
# A pair of surrogates or an escaped backslash, which stay; or half a pair.
_SURROGATES = re.compile(
    rb"(?P<kept>\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)
T = TypeVar("T")


class Myself(Struct, rename="camel", frozen=True):
    """The account that asks. Zone and name may be hidden by its profile's privacy."""

    account_id: str
    display_name: str = ""
    time_zone: str | None = None


class MyselfOrNobody(Struct, rename="camel", frozen=True):
    """The same as it comes: without an account id it is nobody."""

    account_id: str | None = None
    display_name: str | None = None
    time_zone: str | None = None


class Project(Struct, rename="camel", frozen=True):
    """A project. `style` is `classic` (company-managed), `next-gen` (team-managed) or absent."""

    id: str
    key: str
    name: str = ""
    style: str | None = None
    project_type_key: str | None = None


class ScopeProject(Struct, frozen=True):
    """The project that a field belongs to."""

    id: str | None = None


class Scope(Struct, frozen=True):
    """Where a field of a team-managed project is valid."""

    type: str | None = None
    project: ScopeProject | None = None


class Field(Struct, rename="camel", frozen=True):
    """A field. Names are in the asker's language; `untranslated_name` comes on custom ones."""

    id: str
    name: str = ""
    untranslated_name: str | None = None
    custom: bool = False
    clause_names: tuple[str, ...] = ()
    schema: FieldSchema | None = None
    scope: Scope | None = None


class Priority(Struct, frozen=True):
    """A priority. On most sites a smaller id is more urgent."""

    id: str | None = None
    name: str = ""


class IssueType(Struct, rename="camel", frozen=True):
    """A kind of issue. `hierarchy_level` is -1 for sub-tasks, 0, 1 for epics, more above."""

    id: str | None = None
    name: str = ""
    subtask: bool = False
    hierarchy_level: int | None = None


class RefFields(Struct, frozen=True):
    """What Jira tells of an issue inside another."""

    summary: str | None = None
    status: Status | None = None
    priority: Priority | None = None
    issuetype: IssueType | None = None


class IssueRef(Struct, frozen=True):
    """An issue inside another: a parent or a sub-task."""

    id: str
    key: str
    fields: RefFields = RefFields()

    @property
    def title(self) -> str:
        """Its summary."""
        return _line(self.fields.summary or "")

    @property
    def category(self) -> str:
        """The key of its status category; `undefined` where Jira names none."""
        return self.fields.status.category if self.fields.status else "undefined"


class ProjectRef(Struct, frozen=True):
    """The project of an issue."""

    id: str
    key: str = ""


class User(Struct, rename="camel", frozen=True):
    """Whoever an issue is assigned to: only to compare the id with the asker's."""

    account_id: str | None = None


class Fields(Struct, frozen=True):
    """The fields of an issue that are read, if they were asked for."""

    summary: str | None = None
    updated: str | None = None
    status: Status | None = None
    priority: Priority | None = None
    issuetype: IssueType | None = None
    project: ProjectRef | None = None
    parent: IssueRef | None = None
    subtasks: tuple[IssueRef, ...] | None = None
    assignee: User | None = None


class Issue(Struct, frozen=True):
    """An issue. `custom` has the custom fields as Jira sent them; `updated` only orders answers.

    `status_changes` are the latest ones, newest first, where they were asked for.
    """

    id: str
    key: str
    fields: Fields
    updated: datetime | None = None
    custom: Mapping[str, Raw] = {}
    status_changes: tuple[StatusChange, ...] = ()

    @property
    def title(self) -> str:
        """Its summary, at most 255 characters as in Jira."""
        return _line(self.fields.summary or "")

    @property
    def project_id(self) -> str | None:
        """The id of its project."""
        return self.fields.project.id if self.fields.project else None

    @property
    def assignee_id(self) -> str | None:
        """The account it is assigned to."""
        return self.fields.assignee.account_id if self.fields.assignee else None


class Unreadable(Struct, frozen=True):
    """An issue that is put aside: what is known of it, and why."""

    reason: str
    id: str | None = None
    key: str | None = None


class SearchPage(Struct, frozen=True):
    """A page of a search. `foreign` has the ids of issues that somebody else is assigned to.

    `complete` is False once something is known to be missing: the listing loops, ends without an end, or has
    an issue whose id cannot be read. It stays False on the pages after that; what counts is the last page's.
    """

    issues: tuple[Issue, ...]
    unreadable: tuple[Unreadable, ...] = ()
    foreign: tuple[str, ...] = ()
    complete: bool = True


class RawPage(Struct, rename="camel", frozen=True):
    """A page of a search as it comes (SearchAndReconcileResults)."""

    issues: list[Raw] = []
    is_last: bool | None = None
    next_page_token: str | None = None


class ProjectPage(Struct, rename="camel", frozen=True):
    """A page of projects as it comes (PageBeanProject)."""

    values: list[Raw]
    is_last: bool | None = None
    total: int | None = None


class Count(Struct, frozen=True):
    """About how many issues a query finds."""

    count: int


class TenantInfo(Struct, rename="camel", frozen=True):
    """What a site tells everybody about itself."""

    cloud_id: str


def decode(body: bytes, kind: type[T]) -> T:
    """Return a body as a shape.

    Raises:
        Unexpected: `not_json`, or `bad_shape` for JSON of another form.
    """
    return decoded(mended(body), kind)


def decoded(body: bytes | Raw, kind: type[T]) -> T:
    """Return as a shape what is part of a mended body already. Raises as `decode`."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError:
        raise Unexpected("bad_shape", getattr(kind, "__name__", "")) from None
    except RecursionError:
        raise Unexpected("bad_shape", "too deep") from None
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError):
        raise Unexpected("not_json") from None


def decode_each(raws: list[Raw], kind: type[T]) -> list[T]:
    """Return those of a list that have the shape; one that has not is left out."""
    good = []
    for raw in raws:
        try:
            good.append(decoded(raw, kind))
        except Unexpected:
            continue
    return good


def mended(body: bytes) -> bytes:
    """Return the body without NUL characters (real summaries have them, databases refuse them) and half pairs."""
    if b"\\" not in body:
        return body
    if b"\\u0000" in body:
        body = _NUL.sub(rb"\1 ", body)
    return _SURROGATES.sub(_whole, body) if b"\\ud" in body or b"\\uD" in body else body


def _whole(fit: re.Match[bytes]) -> bytes:
    return fit[0] if fit["kept"] else b"\\ufffd"


def _line(text: str) -> str:
    """A title in one line, else exactly as it is in Jira; signs that join others (as in emoji) stay."""
    clean = _CONTROL.sub(" ", text[: TITLE_LIMIT + 1])
    return clean if len(clean) <= TITLE_LIMIT else clean[: TITLE_LIMIT - 1] + "…"
