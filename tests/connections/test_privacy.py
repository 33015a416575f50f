"""Privacy by construction: the calls that can be made are a closed list, and searches find one's own issues only."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import msgspec
import pytest

import ekachit
from ekachit.accounts.models import User
from ekachit.connections import actions
from ekachit.connections.models import AccessRecord
from ekachit.jira import calls, client, jql
from ekachit.jira.calls import Endpoint, Question
from ekachit.jira.client import JiraClient
from ekachit.jira.egress import Egress, parse_site
from ekachit.jira.transport import Request, Response
from ekachit.sandbox.run import SandboxThread
from ekachit.sandbox.seed import DEMO_EMAIL, DEMO_TOKEN
from ekachit.vault.secret import Secret
from tests.jira.hostile import Log, now

SOURCE = Path(ekachit.__file__).parent
ALLOWED = {
    ("GET", "/_edge/tenant_info"),
    ("GET", "/rest/api/3/myself"),
    ("GET", "/rest/api/3/field"),
    ("GET", "/rest/api/3/project/search"),
    ("GET", "/rest/api/3/project/{id}/statuses"),
    ("POST", "/rest/api/3/search/approximate-count"),
    ("POST", "/rest/api/3/search/jql"),
    ("GET", "/rest/api/3/issue/{id}"),
    ("GET", "/rest/api/3/issue/{id}/transitions"),
    ("POST", "/rest/api/3/issue/{id}/transitions"),
}
# Whose issues a query is for is said first and by nothing else; what widens a query has no place in it.
FOREIGN = [
    "",
    "project = PAY",
    "assignee = ada ORDER BY key",
    "assignee = currentUser() OR project = PAY ORDER BY key",
    "assignee = currentUser() AND project in (1) OR id in (2) ORDER BY key",
    "statusCategory != Done AND assignee = currentUser() ORDER BY key",
    "assignee != currentUser() AND statusCategory != Done ORDER BY key",
    "(assignee = currentUser() AND statusCategory != Done) OR id in (1) ORDER BY key",
]


class Recorder:
    """A transport that sends nothing and answers what lets a client go on."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    async def send(self, request: Request) -> Response:
        self.requests.append(request)
        body: object = {"accountId": "me", "issues": [], "values": [], "isLast": True, "count": 0}
        if request.url.endswith("/field"):
            body = []
        return Response(200, {"content-type": "application/json"}, msgspec.json.encode(body))


def ask(transport: Recorder) -> JiraClient:
    site = parse_site("yourteam")
    return JiraClient(
        transport, site, email="a@b.dev", token=Secret("x"), cloud_id=None, via_gateway=False,
        ledger=Log(), clock=now,
    )  # fmt: skip


def test_the_closed_list_is_the_one_of_the_design() -> None:
    assert {endpoint.value for endpoint in Endpoint} == ALLOWED
    assert [endpoint for endpoint in Endpoint if endpoint.value[0] not in {"GET", "POST"}] == []


def test_a_question_takes_an_endpoint_and_an_id_of_digits_only() -> None:
    assert inspect.get_annotations(Question)["endpoint"] == "Endpoint"
    for wrong in ("1/comment", "..", "1?x=1", "PAY-1", "", "1\n"):
        with pytest.raises(ValueError, match="digits"):
            _ = Question(endpoint=Endpoint.ISSUE, why="a test", of=wrong).path


def test_only_the_client_builds_requests_and_only_from_questions() -> None:
    builders = set()
    for path in (each for each in SOURCE.rglob("*.py") if "sandbox" not in each.parts):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Request":
                builders.add(path.relative_to(SOURCE).as_posix())
    # `doctor` asks the gateway's front page for its time, without anybody's credentials.
    assert builders == {"jira/client.py", "ops/outside.py"}
    tree = ast.parse(inspect.getsource(client))
    paths = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("/")
    ]
    assert [path for path in paths if path.startswith(("/rest", "/_edge"))] == []


@pytest.mark.parametrize("text", FOREIGN)
async def test_a_query_for_others_issues_is_refused_before_anything_is_sent(text: str) -> None:
    transport = Recorder()
    with pytest.raises(ValueError, match="own issues"):
        await ask(transport).count(text, why="a test")
    with pytest.raises(ValueError, match="own issues"):
        async for _ in ask(transport).search(text, ("summary",), why="a test"):
            pass
    assert transport.requests == []


async def test_every_search_is_for_the_asker_s_own_issues() -> None:
    transport = Recorder()
    asker = ask(transport)
    for text in (jql.assigned_open([]), jql.assigned_open(["1", "2"]), jql.assigned_ids(["3"])):
        await asker.count(text, why="a test")
        async for _ in asker.search(text, ("summary",), why="a test"):
            pass
    sent = [msgspec.json.decode(each.body)["jql"] for each in transport.requests if each.body]
    assert len(sent) == 6
    assert all(text.startswith("assignee = currentUser() AND ") and " OR " not in text for text in sent)


def test_what_connecting_asks_is_on_the_list(jira: SandboxThread, ada: User) -> None:
    actions.connect(ada, site=jira.url, email=DEMO_EMAIL, token=DEMO_TOKEN)
    patterns = {(method, path.replace("{id}", "N")) for method, path in ALLOWED}
    asked = {(method, path.partition("?")[0]) for method, path, _ in jira.requests}
    assert asked <= patterns
    assert set(AccessRecord.objects.values_list("method", "path")) <= patterns
    assert set(Endpoint) >= calls.PROVING


@pytest.mark.parametrize(
    "url",
    [
        "http://yourteam.atlassian.net/rest/api/3/myself",
        "https://yourteam.atlassian.net:8443/rest/api/3/myself",
        "https://yourteam.atlassian.net.evil.example/rest/api/3/myself",
        "https://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:1/rest/api/3/myself",
    ],
)
def test_nothing_else_is_spoken_to(url: str) -> None:
    with pytest.raises(Exception, match="address_blocked"):
        Egress(frozenset({"127.0.0.1:2"})).check(url)
