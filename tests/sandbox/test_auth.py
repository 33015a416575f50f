from __future__ import annotations

import pytest

from ekachit.sandbox.run import SandboxThread
from ekachit.sandbox.seed import DEMO_SCOPED_TOKEN
from tests.sandbox.client import Client

MINE = "assignee = currentUser() AND statusCategory != Done"
JONAS = "jonas.weber@example.invalid"


def gateway(client: Client, email: str, token: str) -> Client:
    cloud_id = client.send("GET", "/_edge/tenant_info").json["cloudId"]
    return client.using(email, token, f"/ex/jira/{cloud_id}/rest/api/3")


def test_a_good_token_proves_who_it_is(client: Client) -> None:
    answer = client.get("/myself")
    assert answer.status == 200
    assert answer.json["emailAddress"] == client.email
    assert answer.headers["X-AAccountId"].replace("%3A", ":") == answer.json["accountId"]
    assert answer.headers["Server"] == "AtlassianEdge"
    assert answer.headers["X-ARequestId"]
    assert answer.headers["Content-Type"] == "application/json;charset=UTF-8"


@pytest.mark.parametrize("version", ["2", "3", "latest"])
def test_versions(client: Client, version: str) -> None:
    assert client.using(api=f"/rest/api/{version}").get("/myself").status == 200


@pytest.mark.parametrize(
    "path", ["/rest/api/4/myself", "/rest/api/3/nothing", "/rest/api/3/myself/", "/nowhere"]
)
def test_unknown_paths_are_html(client: Client, path: str) -> None:
    answer = client.send("GET", path)
    assert answer.status == 404
    assert answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("token", ["bad", "bad-anon-1", "bad-scope", "never-issued"])
def test_a_wrong_token_is_nobody(client: Client, token: str) -> None:
    nobody = client.using(token=token)
    refused = nobody.get("/myself")
    assert (refused.status, refused.text) == (401, "Client must be authenticated to access this resource.")
    found, projects = nobody.search(MINE), nobody.get("/project/search")
    assert (found.status, found.json["issues"], found.json["isLast"]) == (200, [], True)
    assert (projects.status, projects.json["values"]) == (200, [])
    assert nobody.get("/project/PAY").status == 404
    assert nobody.get("/issue/PAY-2").status == 404
    for answer in (refused, found, projects):
        assert answer.headers["X-Seraph-LoginReason"] == "AUTHENTICATED_FAILED"
        assert "X-AAccountId" not in answer.headers


@pytest.mark.parametrize(
    ("token", "status", "header", "text"),
    [
        ("bad-json", 401, "X-Seraph-LoginReason", '"status-code":401'),
        ("bad-html", 200, "Content-Type", "<!DOCTYPE html>"),
        ("bad-captcha", 403, "X-Authentication-Denied-Reason", ""),
        ("bad-forbidden", 403, "Content-Type", "access"),
        ("bad-ratelimit", 429, "Retry-After", ""),
        ("bad-ratelimit-html", 429, "X-RateLimit-Remaining", "<!DOCTYPE html>"),
        ("bad-suspended", 503, "Content-Type", "<!DOCTYPE html>"),
        ("bad-password", 401, "Content-Type", "passwords is deprecated"),
    ],
)
@pytest.mark.parametrize("path", ["/myself", "/project/search", "/issue/PAY-2"])
def test_the_other_forms_of_a_wrong_token(
    client: Client, token: str, status: int, header: str, text: str, path: str
) -> None:
    answer = client.using(token=f"{token}-7").get(path)
    if token == "bad-ratelimit-html":
        answer = client.using(token=token).get(path)
        assert "Retry-After" not in answer.headers
    assert answer.status == status
    assert answer.headers[header]
    assert text in answer.text


def test_an_empty_200_even_on_myself(client: Client) -> None:
    nobody = client.using(token="bad-empty")
    assert (nobody.get("/myself").status, nobody.get("/myself").json) == (200, {})
    assert nobody.search(MINE).json["issues"] == []


@pytest.mark.parametrize(("email", "token"), [(None, ""), ("x@example.invalid", "bad-jql")])
def test_nobody_may_not_search_by_person(client: Client, email: str | None, token: str) -> None:
    answer = client.using(email, token).search(MINE)
    assert answer.status == 400
    assert "cannot be viewed by anonymous users" in answer.json["errorMessages"][0]


def test_anybody_may_ask_for_server_info_and_cloud_id(client: Client) -> None:
    nobody = client.using(None)
    assert nobody.get("/serverInfo").json["deploymentType"] == "Cloud"
    assert nobody.send("GET", "/_edge/tenant_info").status == 200
    assert nobody.send("GET", "/status").status == 200


def test_scoped_tokens_work_at_the_gateway_only(client: Client) -> None:
    assert client.using(token=DEMO_SCOPED_TOKEN).get("/myself").status == 401
    door = gateway(client, str(client.email), DEMO_SCOPED_TOKEN)
    found = door.search(MINE, fields=["summary"])
    assert door.get("/myself").status == 200
    assert found.json["issues"][0]["self"].startswith(f"{client.url}/ex/jira/")


def test_plain_tokens_do_not_work_at_the_gateway(client: Client) -> None:
    door = gateway(client, str(client.email), client.token)
    assert (door.get("/myself").status, door.search(MINE).status) == (401, 401)


def test_each_request_needs_its_scope(client: Client) -> None:
    reader = gateway(client, JONAS, "sandbox-read-only-token")
    assert reader.get("/issue/PAY-2/transitions").status == 200
    refused = reader.post("/issue/PAY-2/transitions", {"transition": {"id": "21"}})
    assert (refused.status, refused.json["message"]) == (401, "Unauthorized; scope does not match")
    assert gateway(client, JONAS, "sandbox-narrow-token").get("/myself").status == 401
    assert (
        gateway(client, JONAS, "bad-scope").get("/myself").json["message"]
        == "Unauthorized; scope does not match"
    )


def test_another_cloud_id(client: Client) -> None:
    assert (
        client.using(token=DEMO_SCOPED_TOKEN, api="/ex/jira/not-this-one/rest/api/3").get("/myself").status
        == 404
    )


def test_the_token_must_be_the_persons_own(client: Client) -> None:
    assert client.using(JONAS).get("/myself").status == 401


def test_no_access_to_jira(client: Client) -> None:
    assert client.using("tomas.novak@example.invalid", "sandbox-no-access-token").get("/myself").status == 403


def test_a_revoked_token_is_a_wrong_one(client: Client, sandbox: SandboxThread) -> None:
    sandbox.world.revoke(client.token)
    assert client.get("/myself").status == 401
    assert client.search(MINE).json["issues"] == []


def test_a_get_with_a_body_fails(client: Client) -> None:
    assert client.send("GET", "/rest/api/3/myself", b"{}").status == 401


@pytest.mark.parametrize("header", ["Basic %%%", "Bearer abc", "Basic", "Basic /w=="])
def test_headers_that_make_no_sense(client: Client, header: str) -> None:
    assert (
        client.using(None).send("GET", "/rest/api/3/myself", headers={"Authorization": header}).status == 401
    )
