from __future__ import annotations

import json
from pathlib import Path

import pytest

from ekachit.sandbox.journal import BadChangeError, StateFileError, apply, keep
from ekachit.sandbox.run import SandboxThread
from ekachit.sandbox.seed import DEMO_EMAIL, MAYA, build_world
from ekachit.sandbox.site import AbsentError
from ekachit.sandbox.world import World
from tests.sandbox.client import Client

NOW = 1_795_000_000_000


def test_the_same_seed_gives_the_same_world() -> None:
    one, two, other = (build_world(seed, start=NOW) for seed in (1, 1, 2))
    assert one.issues == two.issues
    assert one.issues != other.issues
    assert all(NOW - 121 * 86_400_000 < issue.updated < NOW for issue in one.issues.values())


def test_the_demo_developer_has_work() -> None:
    world = build_world()
    mine = [issue for issue in world.issues.values() if issue.assignee == MAYA]
    tasks = [
        issue for issue in mine if world.category(issue) != "done" and world.types[issue.type_id].level == 0
    ]
    assert 25 <= len(tasks) <= 42
    assert len({issue.project_id for issue in tasks}) >= 5
    assert any(issue.points is None for issue in tasks)
    assert any(issue.priority_id is None for issue in mine)


def test_changes_move_updated_even_when_the_clock_stands_still() -> None:
    world = build_world(clock=lambda: NOW)
    tags = {world.edit("PAY-2", summary=f"Title {turn}").updated for turn in range(5)}
    assert len(tags) == 5


def test_an_edit_is_all_or_nothing() -> None:
    world = build_world()
    before = world.issue("PAY-2").summary
    with pytest.raises(AbsentError):
        world.edit("PAY-2", summary="New", status="Nowhere")
    assert world.issue("PAY-2").summary == before
    with pytest.raises(ValueError, match="colour"):
        world.edit("PAY-2", colour="red")


def test_edits() -> None:
    world = build_world()
    issue = world.edit(
        "PAY-2", summary="New", status="Done", points=13, priority=None, assignee=None, parent="PAY-3"
    )
    assert (issue.summary, issue.points, issue.priority_id, issue.assignee) == ("New", 13.0, None, None)
    assert world.category(issue) == "done"
    assert issue.id in world.children[world.issue("PAY-3").id]
    world.edit("PAY-2", parent=None, assignee=DEMO_EMAIL)
    assert issue.id not in world.children[world.issue("PAY-3").id]
    assert issue.id in world.assigned[MAYA]


def test_create_and_delete() -> None:
    world = build_world()
    issue = world.create(project="APP", summary="New", type="Bug", assignee=DEMO_EMAIL, status="In Progress")
    child = world.add_subtask(issue.key, "Part")
    assert world.subtasks(issue) == [child]
    world.delete(issue.key)
    for ref in (issue.id, issue.key, child.id):
        with pytest.raises(AbsentError):
            world.issue(ref)
    assert issue.id not in world.assigned[MAYA]


def test_an_epic_leaves_its_stories_behind() -> None:
    world = build_world()
    epic = world.issue("PAY-1")
    stories = list(world.children[epic.id])
    assert stories
    world.delete(epic.id)
    assert all(world.issues[story].parent_id is None for story in stories)


def test_moving_takes_the_subtasks_along() -> None:
    world = build_world()
    parent = next(
        issue for issue in world.issues.values() if issue.key.startswith("WEB") and world.subtasks(issue)
    )
    children = world.subtasks(parent)
    world.move(parent.key, "OPS")
    assert all(issue.key.startswith("OPS-") for issue in (parent, *children))
    assert parent.status_id in world.workflow(parent).statuses


def test_reset() -> None:
    world = build_world(start=NOW)
    before = dict(world.issues)
    world.delete("PAY-2")
    world.revoke("sandbox-demo-token")
    world.reset()
    assert world.issues == before
    assert not world.tokens["sandbox-demo-token"].revoked


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"do": "fill"},
        {"do": "_clear"},
        {"do": "delete"},
        {"do": "delete", "issue": "PAY-2", "more": 1},
        {"do": "hide", "issue": "PAY-2", "hidden": "perhaps"},
        {"do": "create", "project": "PAY", "summary": 3},
    ],
)
def test_changes_that_make_no_sense(change: dict[str, object]) -> None:
    with pytest.raises(BadChangeError):
        apply(build_world(), change)


def build(start: int) -> World:
    return build_world(start=start)


def test_a_state_file_keeps_every_change(tmp_path: Path) -> None:
    path = tmp_path / "state.jsonl"
    world = keep(path, {"seed": 1}, build)
    created = world.create(project="PAY", summary="New", assignee=DEMO_EMAIL)
    world.transition(created.key, "21")
    world.transition("OPS-1", "5", resolution={"name": "Duplicate"})
    world.edit("PAY-2", summary="Else", points=None)
    world.move("WEB-2", "PAY")
    world.hide("WEB-3")
    world.archive("DATA")
    world.revoke("sandbox-demo-token")
    again = keep(path, {"seed": 1}, build)
    assert again.issues == world.issues
    assert again.projects == world.projects
    assert again.tokens == world.tokens
    with path.open("ab") as file:
        file.write(b'{"at": 1, "do": "del')
    assert keep(path, {"seed": 1}, build).issues == world.issues
    keep(path, {"seed": 1}, build).delete("PAY-2")
    with pytest.raises(AbsentError):
        keep(path, {"seed": 1}, build).issue("PAY-2")


def test_a_refused_change_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "state.jsonl"
    world = keep(path, {"seed": 1}, build)
    with pytest.raises(AbsentError):
        world.delete("PAY-9999")
    assert len(path.read_bytes().splitlines()) == 1


@pytest.mark.parametrize("content", ["nonsense\n", "{}\n", '{"seed": 2, "start": 1}\n', '{"start": "x"}\n'])
def test_a_state_file_of_another_world(tmp_path: Path, content: str) -> None:
    path = tmp_path / "state.jsonl"
    path.write_text(content, "utf-8")
    with pytest.raises(StateFileError):
        keep(path, {"seed": 1}, build)


def test_the_control_door(client: Client, sandbox: SandboxThread) -> None:
    assert (
        client.control(do="edit", issue="PAY-2", summary="Seen", points=8).json["issue"]["summary"] == "Seen"
    )
    assert client.get("/issue/PAY-2").json["fields"]["summary"] == "Seen"
    assert client.control(do="delete", issue="PAY-9999").status == 404
    assert client.control(do="delete").status == 400
    assert client.control(do="transition", issue="PAY-2", transition="999").status == 400
    assert client.control(do="set_latency", ms="slow").status == 400
    assert client.control(do="set_latency", ms=1).json == {"ok": True}
    assert sandbox.world.latency_ms == 1
    assert client.send("POST", "/__sandbox__/", b"[]").status == 400
    assert client.send("POST", "/__sandbox__/", {"do": "reset"}, {"Content-Type": "text/plain"}).status == 415
    state = client.send("GET", "/__sandbox__/").json
    assert state["requests"][-1] == {"method": "GET", "path": "/rest/api/3/issue/PAY-2", "status": 200}
    assert sandbox.requests == [("GET", "/rest/api/3/issue/PAY-2", 200)]
    demo = next(account for account in state["accounts"] if account["email"] == DEMO_EMAIL)
    assert demo["open_issues"] > 30
    assert client.control(do="reset").json == {"ok": True}


def test_hiding(client: Client, sandbox: SandboxThread) -> None:
    sandbox.world.hide("PAY-2")
    assert client.get("/issue/PAY-2").status == 404
    sandbox.world.hide("PAY-2", hidden=False)
    assert client.get("/issue/PAY-2").status == 200


def test_a_fault_answers_in_place_of_jira(client: Client, sandbox: SandboxThread) -> None:
    sandbox.faults.arm("server_error", status=502, times=None)
    assert client.get("/myself").status == 502
    assert client.send("GET", "/__sandbox__/").status == 200
    assert sandbox.faults.disarm() == 1
    assert client.get("/myself").status == 200


def test_journal_lines_are_plain_changes(tmp_path: Path) -> None:
    path = tmp_path / "state.jsonl"
    keep(path, {"seed": 1}, build).edit("PAY-2", status="Done")
    line = json.loads(path.read_text("utf-8").splitlines()[1])
    line.pop("at")
    assert line == {"do": "edit", "issue": "PAY-2", "status": "Done"}
