"""What each kind of fault looks like to a plain client: the same through both doors."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable

import pytest

from tests.sandbox.doors import (
    Door,
    get,
    how_it_breaks,
    pages,
    search,
    transition,
)

Check = Callable[[Door], None]


def answered(path: str, kind: str, status: int, given: dict[str, object], **expected: str | None) -> Check:
    """The fault answers once with a status and headers (`_` for `-`; None: absent); `text` is in the body."""

    def check(door: Door) -> None:
        door.arm(kind, **given)
        answer = get(door, path)
        assert answer.status == status
        for name, value in expected.items():
            if name == "text":
                assert value is not None
                assert value in answer.raw.decode(errors="replace")
            elif value is None:
                assert name.replace("_", "-") not in answer.headers
            else:
                assert value in answer.headers[name.replace("_", "-")]
        assert door.faults.fired[kind] == 1
        assert get(door, path).status == 200

    return check


def breaks(kind: str, how: str, *, moved: bool, **given: object) -> Check:
    """A transition meets the fault: how the wire breaks, and whether Jira has done it all the same."""

    def check(door: Door) -> None:
        door.arm(kind, endpoint="transition", **given)
        assert how_it_breaks(door, "POST", "/issue/PAY-2/transitions", {"transition": {"id": "31"}}) == how
        assert (door.world.status_category("PAY-2") == "done") is moved
        assert [each.applied for each in door.world.received] == [moved]
        assert get(door, "/issue/PAY-2").status == 200

    return check


def conflict(door: Door) -> None:
    door.arm("conflict")
    assert get(door, "/issue/PAY-2").status == 200
    assert transition(door, "PAY-2", "31").status == 409
    assert door.world.status_category("PAY-2") != "done"
    assert transition(door, "PAY-2", "31").status == 204


def read_only(status: int) -> Check:
    def check(door: Door) -> None:
        fault = door.arm("read_only", status=status)
        assert [transition(door, "PAY-2", "31").status for _ in range(3)] == [status] * 3
        assert search(door).status == 200
        assert door.faults.disarm(fault) == 1
        assert transition(door, "PAY-2", "31").status == 204

    return check


def server_error_after_the_effect(door: Door) -> None:
    door.arm("server_error", endpoint="transition", status=500, effect=True)
    assert transition(door, "PAY-2", "31").status == 500
    assert door.world.status_category("PAY-2") == "done"
    assert door.world.received[0].applied


def write_limits(door: Door) -> None:
    moment = [door.world.clock()]
    door.world.clock = lambda: moment[0]
    door.arm("write_limits")
    statuses = [transition(door, "PAY-2", "21" if turn % 2 else "31").status for turn in range(21)]
    assert statuses == [204] * 20 + [429]
    refused = transition(door, "PAY-2", "31")
    assert refused.headers["ratelimit-reason"] == "jira-per-issue-on-write"
    assert refused.headers["retry-after"] == "2"
    assert transition(door, "PAY-3", "31").status == 204
    moment[0] += 2_000
    assert transition(door, "PAY-2", "31").status == 204


def empty(door: Door) -> None:
    whole = search(door).ids
    door.arm("empty", endpoint="search")
    answer = search(door)
    assert (answer.status, answer.json) == (200, {"issues": [], "isLast": True})
    assert answer.headers["x-aaccountid"]
    door.arm("empty")
    assert get(door, "/project/search").json["values"] == []
    assert search(door).ids == whole


def pages_shift(door: Door) -> None:
    whole = search(door, maxResults=100).ids
    door.arm("pages_shift", by=2)
    skipped = [issue for page in pages(door, maxResults=20) for issue in page.ids]
    assert [issue for issue in whole if issue not in skipped] == whole[20:22]
    door.arm("pages_shift", by=-3)
    twice = [issue for page in pages(door, maxResults=20) for issue in page.ids]
    assert sorted(issue for issue in set(twice) if twice.count(issue) == 2) == sorted(whole[17:20])


def drop_ids(door: Door) -> None:
    whole = search(door).ids
    door.arm("drop_ids", ids=[whole[3]])
    assert search(door).ids == whole[:3] + whole[4:]
    door.arm("drop_ids", share=0.5)
    assert 0 < len(search(door).ids) < len(whole)


def truncated(door: Door) -> None:
    whole = search(door, maxResults=10).json
    assert whole["isLast"] is False
    door.arm("truncated", keep=4)
    cut = search(door, maxResults=10).json
    assert (cut["isLast"], len(cut["issues"]), "nextPageToken" in cut) == (True, 4, False)


def loop(form: str) -> Check:
    def check(door: Door) -> None:
        fault = door.arm("token_loop", form=form)
        found = pages(door, maxResults=20)
        assert len(found) == 12, "it never ends"
        tokens = [page.json["nextPageToken"] for page in found]
        issues = [tuple(page.ids) for page in found]
        assert len(set(tokens)) == {"same": 1, "alternate": 2, "stale": 12, "empty": 12}[form]
        assert len(set(issues)) == (2 if form == "alternate" else 1)
        assert (issues[0] == ()) is (form == "empty")
        door.faults.disarm(fault)
        assert len(pages(door, maxResults=20)) < 5
        assert search(door, maxResults=20, nextPageToken=tokens[-1]).status == 200

    return check


def poison(form: str) -> Check:
    def check(door: Door) -> None:
        whole = search(door, maxResults=5)
        door.arm("poison_issue", form=form, victim=whole.ids[2])
        answer = search(door, maxResults=5)
        assert answer.status == 200
        assert answer.raw != whole.raw
        if form == "deep":
            with pytest.raises(RecursionError):
                json.loads(answer.raw)
            return
        good, spoilt = whole.json["issues"], answer.json["issues"]
        assert [place for place in range(5) if good[place] != spoilt[place]] == [2]

    return check


def poison_alone(door: Door) -> None:
    door.arm("poison_issue", endpoint="issue", form="null_fields")
    assert get(door, "/issue/PAY-2").json["fields"] is None


def foreign_issue(door: Door) -> None:
    door.arm("foreign_issue")
    found = search(door, fields=["assignee"], maxResults=5).json["issues"]
    assert len({issue["fields"]["assignee"]["accountId"] for issue in found}) == 2


def duplicate_issue(door: Door) -> None:
    door.arm("duplicate_issue")
    found = search(door, maxResults=5).ids
    assert len(found) == 6
    assert len(set(found)) == 5


def gzip_bomb(door: Door) -> None:
    door.arm("gzip_bomb", mebibytes=8)
    answer = search(door)
    assert answer.headers["content-encoding"] == "gzip"
    assert len(answer.raw) < 20_000
    assert len(gzip.decompress(answer.raw)) == 8 * 1024 * 1024
    door.arm("gzip_bomb", mebibytes=8, nested=True, status=503)
    nested = search(door)
    assert (nested.status, nested.headers["content-encoding"]) == (503, "gzip, gzip")
    assert len(nested.raw) < 5_000


def deep_json(door: Door) -> None:
    door.arm("deep_json", depth=50_000)
    with pytest.raises(RecursionError):
        json.loads(search(door).raw)


def huge_body(door: Door) -> None:
    door.arm("huge_body", mebibytes=2)
    answer = get(door, "/myself")
    assert len(answer.raw) > 2 * 1024 * 1024
    assert answer.json["accountId"]
    door.arm("huge_body", mebibytes=2, endless=True)
    endless = get(door, "/myself")
    assert "content-length" not in endless.headers
    assert len(endless.raw) > 2 * 1024 * 1024


def wrong_encoding(door: Door) -> None:
    door.arm("wrong_encoding")
    answer = get(door, "/myself")
    assert answer.headers["content-encoding"] == "gzip"
    with pytest.raises(gzip.BadGzipFile):
        gzip.decompress(answer.raw)


def bad_text(form: str) -> Check:
    def check(door: Door) -> None:
        door.arm("bad_text", form=form)
        raw = search(door).raw
        if form == "nan":
            assert b"NaN" in raw
        elif form == "twice":
            assert raw.count(b'"issues"') == 2
        else:
            with pytest.raises(ValueError, match=r".*"):
                json.loads(raw.decode())

    return check


def wrong_type(door: Door) -> None:
    door.arm("wrong_type")
    answer = get(door, "/myself")
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.json["accountId"]


def many_headers(door: Door) -> None:
    door.arm("many_headers", count=50, size=40)
    assert len(get(door, "/myself").headers["x-more-49"]) == 40


def foreign_links(door: Door) -> None:
    door.arm("foreign_links")
    assert get(door, "/issue/PAY-2").json["self"].startswith("https://elsewhere.example.invalid/rest/")


def slow(door: Door) -> None:
    door.arm("slow", seconds=0.0, piece=100)
    assert how_it_breaks(door, "GET", "/myself") == "answered 200"
    door.arm("slow", seconds=30, piece=20)
    assert how_it_breaks(door, "GET", "/myself") == "timeout"
    door.arm("slow", seconds=30, in_headers=True)
    assert how_it_breaks(door, "GET", "/myself") == "timeout"
    assert door.faults.fired["slow"] == 3


def cut_body(door: Door) -> None:
    door.arm("cut_body")
    assert how_it_breaks(door, "GET", "/myself") == "cut"
    assert get(door, "/myself").status == 200


def half_open_does_not_hold_others_up(door: Door) -> None:
    door.arm("half_open", endpoint="myself")
    begun = time.monotonic()
    assert how_it_breaks(door, "GET", "/myself") == "timeout"
    assert search(door).status == 200
    assert time.monotonic() - begun < 2


def anonymous(door: Door) -> None:
    door.arm("anonymous", times=None)
    found = search(door)
    assert (found.status, found.json["issues"]) == (200, [])
    assert found.headers["x-seraph-loginreason"] == "AUTHENTICATED_FAILED"
    assert "x-aaccountid" not in found.headers
    assert get(door, "/myself").status == 401
    assert get(door, "/issue/PAY-2").status == 404
    door.faults.disarm(kind="anonymous")
    door.arm("anonymous", header=False)
    silent = search(door)
    assert (silent.status, silent.json["issues"]) == (200, [])
    assert not {"x-seraph-loginreason", "x-aaccountid"} & silent.headers.keys()
    door.arm("anonymous", form="bad-empty", endpoint="myself")
    assert get(door, "/myself").json == {}
    assert search(door).ids


def revoke_token(door: Door) -> None:
    door.arm("revoke_token", endpoint="search", at=3)
    found = pages(door, maxResults=10)
    assert [bool(page.ids) for page in found] == [True, True, False]
    assert get(door, "/myself").status == 401
    door.world.reinstate("sandbox-demo-token")
    assert get(door, "/myself").status == 200
    door.arm("revoke_token", endpoint="issue", when="after")
    assert get(door, "/issue/PAY-2").status == 200
    assert get(door, "/issue/PAY-2").status == 404


def colleague(door: Door) -> None:
    door.arm("colleague", endpoint="transition", change={"do": "edit", "issue": "@", "status": "In Progress"})
    assert door.world.status_category("PAY-2") == "new"
    assert transition(door, "PAY-2", "31").status == 204
    assert [(each.before, each.after) for each in door.world.received] == [("indeterminate", "done")]
    assert [each.via for each in door.world.history[door.world.issue("PAY-2").id]] == ["colleague", "api"]
    door.arm(
        "colleague", endpoint="issue", when="after", change={"do": "move", "issue": "@", "project": "OPS"}
    )
    assert get(door, "/issue/PAY-2").json["key"] == "PAY-2"
    assert get(door, "/issue/PAY-2").json["key"].startswith("OPS-")
    assert door.faults.fired["colleague"] == 2
    assert (door.faults.fired["colleague:edit"], door.faults.fired["colleague:move"]) == (1, 1)


def automation(door: Door) -> None:
    moment = [door.world.clock()]
    door.world.clock = lambda: moment[0]
    door.arm("automation")
    assert transition(door, "PAY-2", "31").status == 204
    assert door.world.status_category("PAY-2") == "new"
    door.arm("automation", to="In Progress", delay=5)
    assert transition(door, "PAY-2", "31").status == 204
    assert get(door, "/issue/PAY-2").json["fields"]["status"]["name"] == "Done"
    moment[0] += 5_000
    assert get(door, "/issue/PAY-2").json["fields"]["status"]["name"] == "In Progress"
    assert [each.after for each in door.world.received] == ["done", "done"]


def index_lag(door: Door) -> None:
    door.arm("index_lag")
    number = door.world.issue("PAY-2").id
    assert transition(door, "PAY-2", "31").status == 204
    assert str(number) in search(door).ids
    assert get(door, "/issue/PAY-2").json["fields"]["status"]["name"] == "Done"
    assert str(number) not in search(door, reconcileIssues=[number]).ids
    assert door.faults.fired["index_lag"] == 1
    assert door.world.catch_up() == [number]
    assert str(number) not in search(door).ids


def clock_skew(door: Door) -> None:
    fault = door.arm("clock_skew", seconds=7200)
    edited = door.world.edit("PAY-2", summary="Later").updated
    assert 7_100_000 < edited - door.world.clock() < 7_300_000
    ahead = get(door, "/myself").headers["date"]
    door.faults.disarm(fault)
    assert get(door, "/myself").headers["date"] != ahead
