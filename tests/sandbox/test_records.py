from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from ekachit.sandbox.records import BadRecordsError, load_world
from ekachit.sandbox.run import SandboxThread
from tests.sandbox.client import Client


def reduced(number: int, **more: object) -> dict[str, object]:
    return {
        "title": f"LIB-{number}",
        "summary": f"Issue {number}",
        "type": "Bug",
        "priority": "Major",
        "status": "Pull Request",
        "resolution": None,
        "date": "2018-04-30T13:22:33.903-0400",
        "updated": "2018-08-07T17:37:37.656-0400",
        "project": {"key": "LIB", "title": "Library"},
        "parent": None,
        "subtasks": None,
        "assignee": "someone",
    } | more


def raw(key: str, **more: object) -> dict[str, object]:
    category = {"id": 2, "key": "new", "name": "待办"}
    fields = {
        "summary": "标题",
        "issuetype": {"name": "故事", "subtask": False},
        "status": {"name": "重新打开", "statusCategory": category},
        "priority": None,
        "created": "2020-06-12T08:13:13.360+0800",
        "updated": "2021-03-28T16:06:08.713+0800",
        "project": {"key": "EE", "name": "Enterprise"},
        "assignee": {"accountId": "somebody"},
    }
    return {"id": "7", "key": key, "fields": fields | more}


def write(path: Path, *records: object) -> Path:
    path.write_text("\n".join(json.dumps(record) for record in records) + "\n\n", "utf-8")
    return path


def test_reduced_records(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.jsonl",
        reduced(2, parent="LIB-1", type="Sub-task"),
        reduced(10, status="Won't Fix", resolution="Won't Fix", priority=None),
        reduced(1, assignee=None, status="Reopened"),
    )
    world = load_world(path)
    by_key = {issue.key: issue for issue in world.issues.values()}
    assert [world.category(by_key[key]) for key in ("LIB-2", "LIB-10", "LIB-1")] == [
        "indeterminate",
        "done",
        "new",
    ]
    assert world.subtasks(by_key["LIB-1"]) == [by_key["LIB-2"]]
    assert by_key["LIB-10"].priority_id is None
    with SandboxThread(world) as running:
        client = Client(running.url, "someone@example.invalid", "anything")
        assert client.keys("assignee = currentUser() ORDER BY key") == ["LIB-2", "LIB-10"]
        assert client.using("someone@example.invalid", "bad").get("/myself").status == 401
        assert client.using("nobody@example.invalid", "anything").get("/myself").status == 401
        cloud = f"/ex/jira/{world.cloud_id}/rest/api/3"
        assert client.using("someone@example.invalid", "scoped-1", cloud).get("/myself").status == 200
        offered = client.get("/issue/LIB-2/transitions").json["transitions"]
        assert {"new", "indeterminate", "done"} <= {entry["to"]["statusCategory"]["key"] for entry in offered}
        assert client.post("/issue/LIB-2/transitions", {"transition": {"id": offered[0]["id"]}}).status == 204


def test_raw_records(tmp_path: Path) -> None:
    done = {"name": "关闭", "statusCategory": {"key": "done"}}
    path = write(
        tmp_path / "b.jsonl", raw("EE-1"), {"issue": raw("EE-2", status=done, parent={"key": "EE-1"})}
    )
    world = load_world(path)
    assert [world.category(world.issue(key)) for key in ("EE-1", "EE-2")] == ["new", "done"]
    assert world.account("somebody@example.invalid").account_id == "somebody"


def test_everything_to_one_account(tmp_path: Path) -> None:
    world = load_world(write(tmp_path / "c.jsonl", reduced(1), reduced(2)), assign_all="dev@example.invalid")
    assert {issue.assignee for issue in world.issues.values()} == {"dev@example.invalid"}


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[]",
        "{}",
        '{"fields": {}}',
        json.dumps(reduced(1, title="x")),
        json.dumps(reduced(1, date="x")),
    ],
)
def test_files_that_are_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "d.jsonl"
    path.write_text(json.dumps(reduced(1)) + "\n" + line + "\n", "utf-8")
    with pytest.raises(BadRecordsError, match="line 2"):
        load_world(path)


def test_ten_thousand_issues(tmp_path: Path) -> None:
    path = write(tmp_path / "e.jsonl", *(reduced(number) for number in range(1, 10_001)))
    begun = time.monotonic()
    world = load_world(path, assign_all="dev@example.invalid")
    assert time.monotonic() - begun < 3
    with SandboxThread(world) as running:
        client = Client(running.url, "dev@example.invalid", "x")
        terms = {"fields": ["summary", "status", "updated"], "maxResults": 100}
        jql = "assignee = currentUser() AND statusCategory != Done ORDER BY key"
        token = client.search(jql, **terms).json["nextPageToken"]
        begun = time.monotonic()
        answer = client.search(jql, nextPageToken=token, **terms).json
        assert time.monotonic() - begun < 0.1
        assert answer["issues"][0]["key"] == "LIB-101"
        assert client.post("/search/approximate-count", {"jql": jql}).json == {"count": 10_000}
