from __future__ import annotations

import pytest

from ekachit.sandbox.run import SandboxThread
from tests.sandbox.client import Client

MINE = "assignee = currentUser() AND statusCategory != Done ORDER BY key"
FIELDS = [
    "summary",
    "status",
    "priority",
    "issuetype",
    "project",
    "parent",
    "subtasks",
    "updated",
    "assignee",
]


def refusal(client: Client, jql: str) -> str:
    answer = client.search(jql)
    assert answer.status == 400, answer.text
    assert answer.json["errors"] == {}
    return str(answer.json["errorMessages"][0])


def test_pages_hold_everything_once(client: Client) -> None:
    whole = client.keys(MINE)
    seen: list[str] = []
    token: str | None = None
    while True:
        answer = client.search(
            MINE, fields=["key"], maxResults=7, **({"nextPageToken": token} if token else {})
        ).json
        assert "total" not in answer
        seen += [issue["key"] for issue in answer["issues"]]
        token = answer.get("nextPageToken")
        assert answer["isLast"] is (token is None)
        if token is None:
            break
    assert seen == whole
    assert len(whole) > 40


def test_a_page_survives_changes_in_between(client: Client, sandbox: SandboxThread) -> None:
    whole = client.keys(MINE)
    first = client.search(MINE, fields=["key"], maxResults=5).json
    sandbox.world.edit(whole[0], assignee=None)
    second = client.search(MINE, fields=["key"], maxResults=5, nextPageToken=first["nextPageToken"]).json
    assert [issue["key"] for issue in second["issues"]] == whole[5:10]


def test_keys_sort_naturally(client: Client) -> None:
    keys = [key for key in client.keys("project = PAY ORDER BY key") if key.startswith("PAY-")]
    assert keys == sorted(keys, key=lambda key: int(key[4:]))
    assert client.keys("project = PAY ORDER BY key DESC") == keys[::-1]


def test_only_the_id_unless_fields_are_asked_for(client: Client) -> None:
    assert set(client.search(MINE, maxResults=1).json["issues"][0]) == {"id"}
    assert set(client.search(MINE, fields=["summary"], maxResults=1).json["issues"][0]["fields"]) == {
        "summary"
    }
    without = client.search(MINE, fields=["*all", "-status"], maxResults=1).json["issues"][0]["fields"]
    assert "status" not in without
    assert "summary" in without


def test_unknown_fields_are_ignored(client: Client) -> None:
    issue = client.search(MINE, fields=["summary", "customfield_99999"], maxResults=1).json["issues"][0]
    assert set(issue["fields"]) == {"summary"}


def test_page_sizes(client: Client) -> None:
    assert (
        len(client.search("project is not EMPTY", fields=["summary"], maxResults=5000).json["issues"]) == 100
    )
    assert len(client.search("project is not EMPTY", fields=["id"], maxResults=5000).json["issues"]) > 100
    assert len(client.search("project is not EMPTY").json["issues"]) == 50


@pytest.mark.parametrize(
    "more",
    [
        {"startAt": 0},
        {"expand": ["names"]},
        {"fields": "summary"},
        {"maxResults": "many"},
        {"maxResults": 0},
        {"reconcileIssues": list(range(10001, 10052))},
        {"reconcileIssues": ["10001x"]},
        {"properties": ["a", "b", "c", "d", "e", "f"]},
        {"nextPageToken": "nonsense"},
    ],
)
def test_bodies_that_are_refused(client: Client, more: dict[str, object]) -> None:
    assert client.search(MINE, **more).status == 400


def test_a_token_belongs_to_its_query(client: Client) -> None:
    token = client.search(MINE, maxResults=5).json["nextPageToken"]
    assert client.search("project = PAY", maxResults=5, nextPageToken=token).status == 400


def test_body_that_is_no_json(client: Client) -> None:
    assert client.send("POST", "/rest/api/3/search/jql", b"{jql").status == 400


def test_search_by_get(client: Client) -> None:
    answer = client.get(
        "/search/jql", jql=MINE, fields="summary,status", maxResults=3, reconcileIssues="10001,10002"
    )
    assert [set(issue["fields"]) for issue in answer.json["issues"]] == [{"summary", "status"}] * 3
    assert client.get("/search/jql", jql=MINE, maxResults="x").status == 400


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_old_search_is_gone(client: Client, method: str) -> None:
    answer = client.send(method, "/rest/api/2/search", {"jql": MINE} if method == "POST" else None)
    assert answer.status == 410
    assert answer.json["errorMessages"][0].startswith("The requested API has been removed.")


def test_count(client: Client) -> None:
    assert client.post("/search/approximate-count", {"jql": MINE}).json == {"count": len(client.keys(MINE))}
    assert client.post("/search/approximate-count", {"jql": ""}).status == 400


def test_unbounded(client: Client) -> None:
    for jql in ("", "  ", "ORDER BY key"):
        assert refusal(client, jql).startswith("Unbounded JQL queries are not allowed here.")


@pytest.mark.parametrize(
    ("jql", "text"),
    [
        ("project = NOPE", "The value 'NOPE' does not exist for the field 'project'."),
        ("assignee = currentUser() AND project in (10000, 99999)", "The value '99999' does not exist"),
        ("project = SEC", "The value 'SEC' does not exist for the field 'project'."),
        ("project = OLD", "The value 'OLD' does not exist for the field 'project'."),
        ("project = INT", "'INT' is a reserved JQL word. You must surround it in quotation marks"),
        ("do = 3", "'do' is a reserved JQL word"),
        ("colour = red", "Field 'colour' does not exist or you do not have permission to view it."),
        ("status = Nowhere", "The value 'Nowhere' does not exist for the field 'status'."),
        ("project PAY", "Expecting operator but got 'PAY'"),
        ("project = PAY AND", "before the end of the query"),
        ("project = PAY PAY", "Expecting either 'OR' or 'AND' but got 'PAY'"),
        ("project in (PAY", "before the end of the query"),
        ("(project = PAY", "before the end of the query"),
        ('summary ~ "open', "has not been completed"),
        ("project = PAY ORDER BY colour", "Not able to sort using field 'colour'."),
        (
            "project = PAY ORDER BY key, id, summary, status, priority, created, updated, type",
            "maximum number",
        ),
        ("project ~ PAY", "not supported"),
        ("updated >= nonsense", "is invalid"),
        ("updated ~ now()", "not supported"),
        ("summary = x", "not supported"),
        ("assignee = noSuchFunction()", "Unable to find JQL function"),
        ("status is Done", "EMPTY"),
        ('"Story Points" > many', "invalid number"),
        ("key = PAY-9999", "An issue with key 'PAY-9999' does not exist for field 'key'."),
        ("id in (10001, 99999999)", "A value with ID '99999999' does not exist for the field 'id'."),
    ],
)
def test_refused_queries(client: Client, jql: str, text: str) -> None:
    assert text in refusal(client, jql)


@pytest.mark.parametrize(
    ("jql", "same"),
    [
        ("statusCategory = Done AND project = PAY", "project = PAY AND statusCategory = 3"),
        ("statusCategory in (new, 4) AND project = PAY", "project = PAY AND statusCategory != done"),
        ("project = 10000", 'project in ("Payments")'),
        ("not project = PAY and project in (PAY, WEB)", "project = WEB"),
        ("! project = PAY AND (project = PAY OR project = WEB)", "project = 10001"),
        ("assignee is EMPTY", "assignee = null"),
        ("priority is not EMPTY", "NOT priority is EMPTY"),
        ("priority > Medium", "priority in (High, Highest)"),
        ("type = Bug", "issuetype in (10004)"),
        ("resolution = Unresolved", "resolution is EMPTY"),
        ("parent = PAY-1", "parent in (PAY-1, PAY-1)"),
        ("key >= PAY-2 and key < PAY-5", "key in (PAY-2, PAY-3, PAY-4)"),
        ('"Story Points" >= 5', "cf[10026] > 4"),
        ("'Story point estimate' is not EMPTY", "not cf[10016] is EMPTY"),
        ("assignee = maya.lindqvist@example.invalid", r'assignee = "maya.lindqvist\u0040example.invalid"'),
        ("updated >= -2w", 'updated >= "-14d"'),
        ("created <= now()", "created is not EMPTY"),
        ("updated >= startOfDay(-1d)", "updated >= startOfDay(-24h)"),
        ("text ~ refund", "summary ~ REFUND or description ~ refund"),
        ("reporter = 李伟", "reporter = li.wei@example.invalid"),
        ("statusCategory = 完成", "statusCategory = done"),
        ("project = PAY and sprint in openSprints()", "project = PAY and sprint is not EMPTY"),
    ],
)
def test_queries_that_mean_the_same(client: Client, jql: str, same: str) -> None:
    assert client.keys(jql) == client.keys(same)


def test_and_binds_tighter_than_or(client: Client) -> None:
    both = set(client.keys("project = PAY OR project = WEB AND type = Bug"))
    assert both == set(client.keys("project = PAY")) | set(client.keys("project = WEB AND type = Bug"))


def test_negatives_leave_out_what_is_empty(client: Client) -> None:
    assert not set(client.keys("assignee is EMPTY")) & set(client.keys("assignee != currentUser()"))


def test_quoted_dates_are_in_the_askers_time_zone(client: Client, sandbox: SandboxThread) -> None:
    noon_utc = 1_800_014_400_000
    issue = sandbox.world.issue("PAY-3")
    issue.updated = noon_utc
    sandbox.world.version += 1
    assert "PAY-3" in client.keys(f"updated >= {noon_utc} AND updated < {noon_utc + 1}")
    in_stockholm, in_shanghai = '"2027-01-15 13:00"', '"2027-01-15 20:00"'
    assert "PAY-3" in client.keys(f"updated >= {in_stockholm} AND updated <= {in_stockholm}")
    chinese = client.using("li.wei@example.invalid", "sandbox-liwei-token")
    assert "PAY-3" in chinese.keys(f"updated >= {in_shanghai} AND updated <= {in_shanghai}")


def test_ids_nobody_can_see_may_be_ignored_instead(client: Client, sandbox: SandboxThread) -> None:
    sandbox.world.set_strict_ids(strict=False)
    assert client.keys("id in (10002, 99999999)") == ["PAY-2"]


def test_a_search_shows_nothing_that_may_not_be_seen(client: Client) -> None:
    keys = client.keys("project is not EMPTY")
    assert not [key for key in keys if key.startswith(("SEC", "PPL", "OLD"))]
    hidden = client.keys("assignee = currentUser() AND summary ~ board")
    assert hidden == []


def test_shape_of_an_issue(client: Client) -> None:
    issues = client.search(MINE, fields=FIELDS, maxResults=100).json["issues"]
    for issue in issues:
        assert isinstance(issue["id"], str)
        assert isinstance(issue["fields"]["status"]["statusCategory"]["id"], int)
        assert issue["fields"]["assignee"]["accountId"]
        for child in issue["fields"]["subtasks"]:
            assert set(child["fields"]) == {"summary", "status", "priority", "issuetype"}
    assert any(issue["fields"]["priority"] is None for issue in issues)
    assert max(len(issue["fields"]["subtasks"]) for issue in issues) == 35


def test_points_of_both_kinds_of_project(client: Client) -> None:
    wanted = ["customfield_10016", "customfield_10026"]
    by_project = {
        key: client.search(f"project = {key} AND type = Story", fields=wanted).json["issues"]
        for key in ("PAY", "APP", "OPS")
    }
    assert {tuple(issue["fields"]) for issue in by_project["PAY"]} == {("customfield_10026",)}
    assert {tuple(issue["fields"]) for issue in by_project["APP"]} == {("customfield_10016",)}
    assert all(issue["fields"]["customfield_10016"] is None for issue in by_project["OPS"])
    values = [value for issue in by_project["PAY"] for value in issue["fields"].values()]
    assert all(value is None or isinstance(value, float) for value in values)
