"""Faults of listings: pages that shift, leave out, end too early, never end, or hold what nobody can read."""

# ruff: noqa: ARG002 # the methods of every behaviour take the same, also what one has no use for

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final, Literal

import msgspec

from ekachit.sandbox.behaviour import Behaviour, Turn, page_in, with_page
from ekachit.sandbox.replies import Reply
from ekachit.sandbox.search import LOOPED

SEARCH: Final = {"endpoint": "search"}
Page = dict[str, Any]


class Paged(Behaviour):
    """A fault of the pages of a search."""

    where: ClassVar[Mapping[str, Any]] = SEARCH

    def change(self, turn: Turn, page: Page) -> object:
        """The page, changed."""
        raise NotImplementedError

    def after(self, turn: Turn, reply: Reply) -> Reply:
        """The answer with its page changed; other answers stay."""
        page = page_in(reply)
        return reply if page is None else with_page(reply, self.change(turn, page))


class Empty(Paged):
    """A good, signed-in answer with nothing in it, also where projects are listed."""

    where: ClassVar[Mapping[str, Any]] = {"endpoint": ["search", "project_search", "project_list", "count"]}

    def after(self, turn: Turn, reply: Reply) -> Reply:
        """The empty answer."""
        if reply.status != 200 or reply.trouble is not None:  # noqa: PLR2004 - OK
            return reply
        empty: dict[str, object] = {
            "search": {"issues": [], "isLast": True},
            "count": {"count": 0},
            "project_list": [],
            "project_search": {"maxResults": 50, "startAt": 0, "total": 0, "isLast": True, "values": []},
        }
        return with_page(reply, empty.get(turn.endpoint, {}))


class PagesShift(Paged):
    """The listing moves between two pages: `by` issues are skipped, or come twice where it is negative."""

    by: int = 1

    def strikes(self, turn: Turn) -> bool:
        """Only pages after the first can shift."""
        return bool(token_of(turn))

    def before(self, turn: Turn) -> None:
        """Let the page begin elsewhere."""
        turn.asked.shift = self.by

    def change(self, turn: Turn, page: Page) -> object:
        """Nothing more is changed."""
        return page


class DropIds(Paged):
    """Issues are left out: those named by id or key, or each with the probability `share`."""

    ids: list[str | int] = msgspec.field(default_factory=list)
    share: float = 0.0

    def change(self, turn: Turn, page: Page) -> object:
        """The page without them."""
        named = {str(ref) for ref in self.ids}
        page["issues"] = [
            each
            for each in page["issues"]
            if not ({str(each.get("id")), str(each.get("key"))} & named)
            and not (self.share and turn.dice.random() < self.share)
        ]
        return page


class Truncated(Paged):
    """The listing ends too early: `keep` issues of the page (None: half) and isLast."""

    keep: int | None = None

    def change(self, turn: Turn, page: Page) -> object:
        """The page, as if it were the last."""
        keep = len(page["issues"]) // 2 if self.keep is None else self.keep
        page.pop("nextPageToken", None)
        return page | {"issues": page["issues"][:keep], "isLast": True}


class TokenLoop(Paged):
    """Pages that never end, until it is disarmed.

    same: the same page and the same token for ever. alternate: two tokens by turns. stale: always a new
    token, but no new issues. empty: always a new token and no issues.
    """

    where: ClassVar[Mapping[str, Any]] = {**SEARCH, "times": None}

    form: Literal["same", "alternate", "stale", "empty"] = "same"

    def change(self, turn: Turn, page: Page) -> object:
        """The page with a token that leads nowhere."""
        came = token_of(turn)
        jiras = LOOPED.sub("", came, count=1)
        page["isLast"] = False
        if self.form == "same":
            page["nextPageToken"] = f"loop-same-{jiras}"
        elif self.form == "alternate":
            odd = came.startswith("loop-a-")
            page["nextPageToken"] = "loop-b-" if odd else f"loop-a-{page.get('nextPageToken') or ''}"
        else:
            page["nextPageToken"] = f"loop-{turn.asked.number}-{jiras}"
        if self.form == "empty":
            page["issues"] = []
        return page


POISONS: Final[dict[str, Callable[[dict[str, Any]], object]]] = {
    "types": lambda issue: issue | {"fields": {"summary": {}, "status": "x", "updated": 7, "subtasks": "y"}},
    "null_fields": lambda issue: issue | {"fields": None},
    "no_fields": lambda issue: {name: value for name, value in issue.items() if name != "fields"},
    "no_id": lambda issue: {name: value for name, value in issue.items() if name != "id"},
    "number_id": lambda issue: issue | {"id": 7},
    "bad_date": lambda issue: (
        issue | {"fields": {**_fields(issue), "updated": "0000-13-45T99:99:99.999+9999"}}
    ),
    "nul": lambda issue: issue | {"fields": {**_fields(issue), "summary": "A\x00B\r\n\x1b[31m"}},
    "long": lambda issue: issue | {"fields": {**_fields(issue), "summary": "x" * 5_000_000}},
    "big_number": lambda issue: (
        issue | {"fields": {**_fields(issue), "customfield_10016": 1e308, "customfield_10026": -(2**53)}}
    ),
    "not_object": lambda _issue: "an issue",
    "surrogate": lambda issue: issue | {"fields": {**_fields(issue), "summary": "@surrogate@"}},
    "deep": lambda issue: issue | {"fields": {**_fields(issue), "summary": "@deep@"}},
}
RAW: Final = {b'"@surrogate@"': rb'"\ud800 alone"', b'"@deep@"': b"[" * 20_000 + b"]" * 20_000}
"""What JSON's encoder would not write: a lone half of a pair, a value 20,000 levels deep."""


class PoisonIssue(Paged):
    """One issue that cannot be read in an otherwise good answer: a named one, else the first of the page."""

    where: ClassVar[Mapping[str, Any]] = {"endpoint": ["search", "issue"]}

    victim: str | int | None = None
    form: Literal[
        "types", "null_fields", "no_fields", "no_id", "number_id", "bad_date", "nul", "long", "big_number",
        "not_object", "surrogate", "deep",
    ] = "types"  # fmt: skip

    def after(self, turn: Turn, reply: Reply) -> Reply:
        """The answer with that issue spoilt."""
        page = page_in(reply)
        if page is not None:
            issues = page["issues"]
            page["issues"] = [self._spoilt(each, place) for place, each in enumerate(issues)]
        elif turn.endpoint == "issue" and reply.status == 200:  # noqa: PLR2004 - OK
            page = msgspec.json.decode(reply.body)
        else:
            return reply
        with_page(reply, page if turn.endpoint == "search" else self._spoilt(page, 0))
        for mark, raw in RAW.items():
            reply.body = reply.body.replace(mark, raw)
        return reply

    def _spoilt(self, issue: dict[str, Any], place: int) -> object:
        chosen = (
            place == 0 if self.victim is None else str(self.victim) in {issue.get("id"), issue.get("key")}
        )
        return POISONS[self.form](issue) if chosen else issue


class ForeignIssue(Paged):
    """One issue in the answer is somebody else's, though the query asked for the asker's own."""

    def change(self, turn: Turn, page: Page) -> object:
        """The page, with the first issue's assignee another."""
        for issue in page["issues"][:1]:
            _fields(issue)["assignee"] = {"accountId": "712020:somebody-else", "displayName": "Somebody Else"}
        return page


class DuplicateIssue(Paged):
    """The first issue of the page comes twice, the second time with another title and key."""

    def change(self, turn: Turn, page: Page) -> object:
        """The page with the twin at its end."""
        for issue in page["issues"][:1]:
            twin = {**issue, "key": "TWIN-1", "fields": {**_fields(issue), "summary": "The other of two"}}
            page["issues"].append(twin)
        return page


def _fields(issue: dict[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = issue.setdefault("fields", {})
    return fields


def token_of(turn: Turn) -> str:
    """The page token that a search came with, empty for none."""
    if turn.asked.method == "GET":
        return turn.asked.parameters.get("nextPageToken", "")
    try:
        body = msgspec.json.decode(turn.asked.body)
    except msgspec.DecodeError:
        return ""
    return str(body.get("nextPageToken") or "") if isinstance(body, dict) else ""
