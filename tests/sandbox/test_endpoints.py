from __future__ import annotations

import re

import pytest

from ekachit.sandbox.run import SandboxThread
from tests.sandbox.client import Client


def test_lists(client: Client) -> None:
    categories = {entry["key"]: entry["id"] for entry in client.get("/statuscategory").json}
    assert categories == {"undefined": 1, "new": 2, "indeterminate": 4, "done": 3}
    assert client.get("/priority").json[0]["name"] == "Highest"
    assert {entry["hierarchyLevel"] for entry in client.get("/issuetype").json} == {-1, 0, 1}
    assert "Won't Do" in {entry["name"] for entry in client.get("/resolution").json}
    scoped = [entry for entry in client.get("/status").json if "scope" in entry]
    assert {entry["scope"]["project"]["id"] for entry in scoped} == {"10004", "10006"}


def test_fields_with_decoys_and_duplicates(client: Client) -> None:
    fields = client.get("/field").json
    by_id = {entry["id"]: entry for entry in fields}
    assert by_id["customfield_10016"]["schema"]["custom"] == "com.pyxis.greenhopper.jira:jsw-story-points"
    assert by_id["customfield_10026"]["schema"]["custom"].endswith(":float")
    named = [entry for entry in fields if entry["name"] == "Story Points"]
    assert len(named) == 3
    assert sum("scope" in entry for entry in named) == 2
    assert {"Story points median", "Story points confidence"} <= {entry["name"] for entry in fields}
    assert any("schema" not in entry for entry in fields)
    assert not [entry for entry in client.using(None).get("/field").json if entry["custom"]]


def test_names_come_in_the_askers_language(client: Client) -> None:
    chinese = client.using("li.wei@example.invalid", "sandbox-liwei-token")
    by_id = {entry["id"]: entry for entry in chinese.get("/field").json}
    assert by_id["customfield_10016"]["name"] == "故事点估算"
    assert by_id["customfield_10016"]["untranslatedName"] == "Story point estimate"
    assert {entry["name"] for entry in chinese.get("/statuscategory").json} == {
        "无类别",
        "待办",
        "正在进行",
        "完成",
    }
    status = chinese.get("/project/ZFPT/statuses").json[0]["statuses"][0]
    assert (status["name"], status["statusCategory"]["key"]) == ("待处理", "new")


def test_projects_page_by_page(client: Client) -> None:
    keys: list[str] = []
    page = client.get("/project/search", maxResults=3).json
    while True:
        keys += [entry["key"] for entry in page["values"]]
        if page["isLast"]:
            break
        page = client.send("GET", page["nextPage"].removeprefix(client.url)).json
    assert len(keys) == page["total"] == len(set(keys))
    assert "nextPage" not in page
    assert {"PAY", "WEB", "APP", "ZFPT", "PPL"} <= set(keys)
    assert not {"SEC", "OLD"} & set(keys)


def test_which_projects(client: Client) -> None:
    def keys(**query: object) -> set[str]:
        return {entry["key"] for entry in client.get("/project/search", **query).json["values"]}

    assert "PPL" not in keys(action="browse")
    assert keys(query="pay") == {"PAY"}
    assert keys(query="支付") == {"ZFPT"}
    assert keys(id="10000,10001") == {"PAY", "WEB"}
    assert keys(keys="APP") == {"APP"}
    assert keys(status="archived") == {"OLD"}
    assert keys(query="no such project") == set()
    assert client.get("/project/search", maxResults=500).json["maxResults"] == 100
    assert client.get("/project/search", id=",".join(map(str, range(51)))).status == 400
    assert client.get("/project/search", startAt="-1").status == 400
    assert {entry["key"] for entry in client.get("/project").json} == keys()


def test_one_project(client: Client) -> None:
    detail = client.get("/project/10004").json
    assert (detail["key"], detail["style"], detail["simplified"]) == ("APP", "next-gen", True)
    for missing in ("NOPE", "SEC", "77"):
        assert client.get(f"/project/{missing}").status == 404
        assert client.get(f"/project/{missing}/statuses").status == 404


def test_an_issue_by_id_and_key(client: Client) -> None:
    by_key = client.get("/issue/pay-2").json
    assert by_key == client.get(f"/issue/{by_key['id']}").json
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0[12]00", by_key["fields"]["updated"])
    assert set(client.get("/issue/PAY-2", fields="summary,status").json["fields"]) == {"summary", "status"}
    assert client.get("/issue/PAY-2").json["fields"]["description"]["type"] == "doc"
    assert isinstance(client.using(api="/rest/api/2").get("/issue/PAY-2").json["fields"]["description"], str)


def test_a_moved_issue_answers_to_both_keys(client: Client, sandbox: SandboxThread) -> None:
    before = client.get("/issue/WEB-2").json
    sandbox.world.move("WEB-2", "PAY")
    after = client.get("/issue/WEB-2").json
    assert after["id"] == before["id"]
    assert after["key"].startswith("PAY-")
    assert client.keys("key = WEB-2") == [after["key"]]


@pytest.mark.parametrize("ref", ["PAY-9999", "nonsense", "99999999", "SEC-1"])
def test_issues_that_are_not_there(client: Client, ref: str) -> None:
    for path in (f"/issue/{ref}", f"/issue/{ref}/transitions", f"/issue/{ref}/comment"):
        answer = client.get(path)
        assert answer.status == 404
        assert answer.json["errorMessages"] == [
            "Issue does not exist or you do not have permission to see it."
        ]
    assert client.post(f"/issue/{ref}/transitions", {"transition": {"id": "11"}}).status == 404


def open_in(client: Client, project: str, category: str = "new") -> str:
    return client.keys(f"assignee = currentUser() AND project = {project} AND statusCategory = {category}")[0]


def named(client: Client, key: str, name: str) -> dict[str, object]:
    offered = client.get(f"/issue/{key}/transitions", expand="transitions.fields").json["transitions"]
    found: dict[str, object] = next(entry for entry in offered if entry["name"] == name)
    return found


def take(client: Client, key: str, transition_id: object, **fields: object) -> tuple[int, object]:
    answer = client.post(f"/issue/{key}/transitions", {"transition": {"id": transition_id}, "fields": fields})
    return answer.status, answer.json if answer.raw else None


def test_a_plain_workflow(client: Client) -> None:
    key = open_in(client, "PAY")
    before = client.get(f"/issue/{key}").json["fields"]
    assert take(client, key, named(client, key, "Done")["id"]) == (204, None)
    after = client.get(f"/issue/{key}").json["fields"]
    assert after["status"]["statusCategory"]["key"] == "done"
    assert after["resolution"]["name"] == "Done"
    assert after["updated"] > before["updated"]
    assert take(client, key, 11) == (204, None)
    assert client.get(f"/issue/{key}").json["fields"]["resolution"] is None


def test_a_workflow_with_review_offers_what_can_follow(client: Client) -> None:
    key = open_in(client, "WEB")
    assert take(client, key, "31") == (
        400,
        {"errorMessages": ["Transition id '31' is not valid for this issue."], "errors": {}},
    )
    for transition_id in ("11", "21", "31"):
        assert take(client, key, transition_id)[0] == 204
    assert client.get(f"/issue/{key}").json["fields"]["resolution"] is None


def test_a_screen_asks_for_a_resolution(client: Client) -> None:
    key = open_in(client, "OPS")
    resolve = named(client, key, "Resolve Issue")
    asked = resolve["fields"]
    assert isinstance(asked, dict)
    assert asked["resolution"]["required"] is True
    assert {"Done", "Duplicate"} <= {value["name"] for value in asked["resolution"]["allowedValues"]}
    refused = (400, {"errorMessages": [], "errors": {"resolution": "Resolution is required."}})
    assert take(client, key, resolve["id"]) == refused
    assert take(client, key, resolve["id"], resolution={"name": "Perhaps"})[0] == 400
    assert take(client, key, resolve["id"], resolution={"name": "Duplicate"})[0] == 204
    assert client.get(f"/issue/{key}").json["fields"]["resolution"]["name"] == "Duplicate"


def test_a_validator_does_not_show_beforehand(client: Client) -> None:
    key = open_in(client, "RISK")
    done = named(client, key, "Done")
    assert done["fields"] == {}
    assert take(client, key, done["id"]) == (
        400,
        {"errorMessages": ["Field Resolution is required."], "errors": {}},
    )
    assert take(client, key, done["id"], resolution={"name": "Done"})[0] == 204


def test_a_field_that_is_not_on_the_screen(client: Client) -> None:
    key = open_in(client, "PAY")
    reason = "Field 'resolution' cannot be set. It is not on the appropriate screen, or unknown."
    refused = (400, {"errorMessages": [], "errors": {"resolution": reason}})
    assert take(client, key, "31", resolution={"name": "Done"}) == refused


def test_several_ways_to_done(client: Client) -> None:
    offered = client.get(f"/issue/{open_in(client, 'APP')}/transitions").json["transitions"]
    assert sum(entry["to"]["statusCategory"]["key"] == "done" for entry in offered) == 3
    assert all("fields" not in entry for entry in offered)


def test_one_transition_by_id(client: Client) -> None:
    offered = client.get("/issue/PAY-2/transitions", transitionId="21").json["transitions"]
    assert [entry["id"] for entry in offered] == ["21"]


@pytest.mark.parametrize(
    "body", [{}, {"transition": {}}, {"transition": "31"}, [], {"transition": {"id": "31"}, "fields": 3}]
)
def test_transition_bodies_that_make_no_sense(client: Client, body: object) -> None:
    assert client.post("/issue/PAY-2/transitions", body).status == 400


def test_fields_by_update(client: Client) -> None:
    key = open_in(client, "OPS")
    body = {"transition": {"id": "5"}, "update": {"resolution": [{"set": {"id": "10001"}}]}}
    assert client.post(f"/issue/{key}/transitions", body).status == 204


def test_an_archived_project_is_read_only(client: Client, sandbox: SandboxThread) -> None:
    key = open_in(client, "PAY")
    sandbox.world.archive("PAY")
    assert client.get(f"/issue/{key}").status == 200
    assert client.get(f"/issue/{key}/transitions").json["transitions"] == []
    assert take(client, key, "31")[0] == 400
    assert client.search("project = PAY").status == 400


def test_wrong_method(client: Client) -> None:
    assert client.send("DELETE", "/rest/api/3/myself").status == 405
