"""The lagging index, the rules, the administrators' changes, and the truth that stays behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from ekachit.sandbox.inprocess import InProcess
from ekachit.sandbox.journal import apply, keep
from ekachit.sandbox.seed import DEMO_EMAIL, MAYA, NOOR, build_world
from ekachit.sandbox.site import AbsentError
from ekachit.sandbox.world import World
from tests.sandbox.doors import MINE, Door, InProcessDoor, get, search, transition

START = 1_795_000_000_000


class Site(InProcessDoor):
    """A world whose clock stands until it is moved."""

    def __init__(self) -> None:
        self.moment = START
        super().__init__(build_world(clock=lambda: self.moment))

    def later(self, seconds: float) -> None:
        self.moment += round(seconds * 1000)


@pytest.fixture
def site() -> Site:
    return Site()


def ids(door: Door, jql: str = MINE, **terms: object) -> set[int]:
    return {int(issue) for issue in search(door, jql, maxResults=100, **terms).ids}


def titles(door: Door) -> list[str]:
    return [issue["fields"]["summary"] for issue in search(door, maxResults=100).json["issues"]]


def test_S01_searches_see_what_was_seconds_ago(site: Site) -> None:  # noqa: N802 - the fault's id
    site.world.lag(10)
    site.world.edit("PAY-2", summary="One")
    site.later(6)
    site.world.edit("PAY-2", summary="Two")
    assert not {"One", "Two"} & set(titles(site))
    assert get(site, "/issue/PAY-2").json["fields"]["summary"] == "Two"
    site.later(5)
    assert "One" in titles(site)
    site.later(5)
    assert "Two" in titles(site)


def test_what_is_new_gone_or_somebody_elses(site: Site) -> None:
    site.world.lag()
    before = ids(site)
    new = site.world.create(project="PAY", summary="New", assignee=DEMO_EMAIL).id
    site.world.reassign("PAY-2", "Noor Haddad")
    site.world.delete("PAY-3")
    away = site.world.hide("WEB-2").id
    assert ids(site) == before
    assert get(site, "/issue/PAY-3").status == 404
    fresh = [new, 10002, away]
    assert ids(site, reconcileIssues=fresh) == before - {10002, away} | {new}
    assert site.world.catch_up(["PAY-2", 10003, new]) == sorted([10002, 10003, new])
    assert ids(site) == before - {10002, 10003} | {new}
    site.world.end_lag()
    assert ids(site) == site.world.assigned_ids(DEMO_EMAIL, open_only=True)
    assert site.world.index.behind() == []


def test_one_issue_lags(site: Site) -> None:
    site.world.lag(60, issue="PAY-2")
    site.world.edit("PAY-2", summary="Slow")
    site.world.edit("PAY-3", summary="Quick")
    assert "Quick" in titles(site)
    assert "Slow" not in titles(site)
    site.later(61)
    assert "Slow" in titles(site)


def test_counts_and_subtasks_lag_too(site: Site) -> None:
    parent = next(issue for issue in site.world.issues.values() if len(site.world.subtasks(issue)) == 35)
    child = site.world.subtasks(parent)[-1]
    site.world.lag()
    site.world.edit(child.id, status="Closed")

    def category(**terms: object) -> str:
        found = search(site, f"id = {parent.id} AND assignee = currentUser()", fields=["subtasks"], **terms)
        shaped = found.json["issues"][0]["fields"]["subtasks"][-1]["fields"]["status"]
        return str(shaped["statusCategory"]["key"])

    assert category() == "new"
    assert category(reconcileIssues=[parent.id, child.id]) == "done"


def test_no_lag_no_copies(site: Site) -> None:
    site.world.edit("PAY-2", summary="One")
    assert site.world.index.behind() == []
    for _ in range(2):
        fault = site.arm("index_lag")
        site.world.edit("PAY-2", summary="Two")
        assert site.world.index.behind() == [10002]
        site.faults.disarm(fault)
        assert site.world.index.behind() == []


def test_S21_a_rule_takes_it_back(site: Site) -> None:  # noqa: N802 - the fault's id
    site.world.automate(on="Done", to="In Progress", project="PAY", times=1)
    site.world.automate(on="In Progress", project="WEB", delay=30)
    assert transition(site, "PAY-2", "31").status == 204
    assert site.world.status_category("PAY-2") == "indeterminate"
    assert transition(site, "PAY-2", "31").status == 204
    assert site.world.status_category("PAY-2") == "done"
    key = next(
        i.key for i in site.world.issues.values() if i.key.startswith("WEB") and i.status_id == "10000"
    )
    assert transition(site, key, "11").status == 204
    assert site.world.status_category(key) == "indeterminate"
    site.later(30)
    assert get(site, f"/issue/{key}").json["fields"]["status"]["name"] == "To Do"
    via = [each.via for each in site.world.history[site.world.issue(key).id]]
    assert via == ["api", "automation"]
    site.world.automate()
    site.world.stop_automation()
    assert transition(site, "PAY-3", "31").status == 204
    assert site.world.status_category("PAY-3") == "done"


def test_the_truth_of_a_status(site: Site) -> None:
    site.world.edit("PAY-2", status="In Progress")
    site.world.transition("PAY-2", "11", by=NOOR)
    site.later(1)
    assert transition(site, "PAY-2", "31").status == 204
    truth = site.world.history[10002]
    assert [(each.categories, each.by, each.via) for each in truth] == [
        (("new", "indeterminate"), None, "colleague"),
        (("indeterminate", "new"), NOOR, "colleague"),
        (("new", "done"), MAYA, "api"),
    ]
    log = get(site, "/issue/PAY-2?expand=changelog&fields=status").json["changelog"]
    assert log["total"] == 3
    newest = log["histories"][0]
    assert newest["author"]["accountId"] == MAYA
    assert newest["items"] == [
        {
            "field": "status", "fieldtype": "jira", "fieldId": "status",
            "from": "10000", "fromString": "To Do", "to": "10001", "toString": "Done",
        }
    ]  # fmt: skip
    assert "author" not in log["histories"][2]


def offered(door: Door, ref: str) -> dict[str, str]:
    found = get(door, f"/issue/{ref}/transitions?expand=transitions.fields").json["transitions"]
    return {entry["name"]: entry["id"] for entry in found}


def test_S13_the_workflow_changes(site: Site) -> None:  # noqa: N802 - the fault's id
    world = site.world
    world.renumber_transitions("PAY")
    assert transition(site, "PAY-2", "31").status == 400
    assert transition(site, "PAY-2", offered(site, "PAY-2")["Done"]).status == 204
    world.rename_status("10001", "Shipped")
    assert get(site, "/issue/PAY-2").json["fields"]["status"]["name"] == "Shipped"
    world.set_status_category("10001", "indeterminate")
    assert world.status_category("PAY-2") == "indeterminate"
    world.remove_status("PAY", "Shipped", "To Do")
    assert world.status_category("PAY-2") == "new"
    assert "Done" not in offered(site, "PAY-2")
    for wrong in (
        lambda: world.set_status_category("3", "nonsense"),
        lambda: world.rename_status("Nowhere", "X"),
        lambda: world.remove_status("PAY", "Shipped", "To Do"),
    ):
        with pytest.raises(AbsentError):
            wrong()


def test_S14_no_transition_leads_there(site: Site) -> None:  # noqa: N802 - the fault's id
    site.world.remove_transitions("PAY", "Done")
    assert set(offered(site, "PAY-2")) == {"To Do", "In Progress"}


def test_S15_a_field_is_required_from_now_on(site: Site) -> None:  # noqa: N802 - the fault's id
    site.world.require_field("PAY", "Done")
    assert transition(site, "PAY-2", "31").json["errors"] == {"resolution": "Resolution is required."}
    site.world.require_field("APP", "Done", shown=False)
    key = next(i.key for i in site.world.issues.values() if i.key.startswith("APP-") and i.assignee == MAYA)
    refused = transition(site, key, offered(site, key)["Done"])
    assert refused.json["errorMessages"] == ["Field Resolution is required."]
    with pytest.raises(AbsentError):
        site.world.require_field("PAY", "Done", "no-such-field")


def test_S12_projects_come_and_go(site: Site) -> None:  # noqa: N802 - the fault's id
    in_pay = "assignee = currentUser() AND project = 10000"
    assert search(site, in_pay).ids
    site.world.hide_project("PAY")
    assert search(site, in_pay).status == 400
    assert get(site, "/issue/PAY-2").status == 404
    assert not ids(site) & {10002}
    site.world.hide_project("PAY", hidden=False)
    site.world.archive("PAY")
    assert search(site, in_pay).status == 400
    site.world.archive("PAY", archived=False)
    site.world.rename_project("PAY", key="CASH", name="Cash")
    assert get(site, "/issue/PAY-2").json["key"] == "CASH-2"
    assert get(site, "/project/CASH").json["name"] == "Cash"
    assert {issue["key"][:5] for issue in search(site, in_pay, fields=["summary"]).json["issues"]} == {
        "CASH-"
    }
    assert site.world.create(project="CASH", summary="Next").key.startswith("CASH-")


def test_T05_the_viewers_time_zone_changes(site: Site) -> None:  # noqa: N802 - the fault's id
    site.world.set_time_zone("Asia/Kolkata")
    assert get(site, "/issue/PAY-2").json["fields"]["updated"].endswith("+0530")
    site.world.set_time_zone("Australia/Lord_Howe", account=DEMO_EMAIL)
    assert get(site, "/myself").json["timeZone"] == "Australia/Lord_Howe"


def test_people(site: Site) -> None:
    site.world.set_jira_access(DEMO_EMAIL, access=False)
    assert get(site, "/myself").status == 403
    site.world.set_jira_access(DEMO_EMAIL, access=True)
    site.world.add_token("second", DEMO_EMAIL)
    site.world.revoke("sandbox-demo-token")
    assert (get(site, "/myself").status, get(site, "/myself", token="second").status) == (401, 200)
    with pytest.raises(AbsentError):
        site.world.reinstate("never-issued")


def build(start: int) -> World:
    return build_world(start=start)


def test_all_of_it_outlives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "state.jsonl"
    door = InProcessDoor(keep(path, {"seed": 1}, build))
    world = door.world
    for change in (
        {"do": "automate", "on": "Done", "to": "To Do"},
        {"do": "rename_status", "status": "3", "name": "Doing"},
        {"do": "require_field", "project": "WEB", "to": "Done"},
        {"do": "rename_project", "project": "PAY", "key": "CASH"},
        {"do": "set_time_zone", "time_zone": "Asia/Bangkok"},
        {"do": "add_token", "token": "second", "account": DEMO_EMAIL},
        {"do": "reassign", "issue": "CASH-3", "to": None},
    ):
        apply(world, change)
    assert transition(door, "CASH-2", "31").status == 204
    world.automate(on="Doing", delay=0.001)
    assert transition(door, "CASH-4", "21").status == 204
    while world.status_category("CASH-4") != "new":
        get(door, "/myself")
    again = keep(path, {"seed": 1}, build)
    for part in ("issues", "projects", "tokens", "statuses", "workflows", "history", "due", "rules"):
        assert getattr(again, part) == getattr(world, part), part
    assert again.status_category("CASH-2") == "new"


def test_fields_named_like_our_own_arguments_are_refused(site: Site) -> None:
    body = {"transition": {"id": "31"}, "fields": {"issue": 1, "by": 2}}
    answer = site.send("POST", "/rest/api/3/issue/PAY-2/transitions", body)
    assert answer.status == 400
    assert set(answer.json["errors"]) == {"issue", "by"}


async def test_two_callers_of_one_world_keep_their_faults_apart() -> None:
    world = build_world()
    one, two = InProcess(world), InProcess(world)
    one.faults.arm("gone", times=None)
    assert (await one.answer("GET", "/status", {}))[0] == 410
    assert (await two.answer("GET", "/status", {}))[0] == 200
