# ruff: noqa: N802 # names begin with the ids of the faults that the tests cover

from __future__ import annotations

import ast
import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import ekachit.jira
from ekachit.jira import jql
from ekachit.jira.calls import Endpoint
from ekachit.jira.errors import AuthRejected, Refused, Unavailable, Unexpected
from ekachit.jira.transport import AiohttpTransport
from ekachit.jira.wire import SearchPage
from tests.jira.hostile import ME, SIGNED_IN, Asked, Bench, Log, bench, client_of, hostile, reply

SEARCH = "/rest/api/3/search/jql"
OPEN = jql.assigned_open([])


def issue(number: int, account: str | None = ME) -> dict[str, Any]:
    assignee = None if account is None else {"accountId": account}
    return {"id": str(number), "key": f"APP-{number}", "fields": {"assignee": assignee}}


def part(token: str | None, *numbers: int) -> dict[str, Any]:
    return {"issues": [issue(number) for number in numbers], "nextPageToken": token}


def pages(*made: Any) -> Callable[[Asked], bytes]:
    """Answers that come one after another; the last again and again."""
    queue = list(made)

    def answer(_: Asked) -> bytes:
        page = queue.pop(0) if len(queue) > 1 else queue[0]
        return page if isinstance(page, bytes) else reply(200, page, SIGNED_IN)

    return answer


async def read(test: Bench) -> list[SearchPage]:
    return [page async for page in test.client.search(OPEN, ("updated",), why="a test")]


def test_the_list_of_calls_is_closed() -> None:
    assert {each.value for each in Endpoint} == {
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


def test_U04_requests_are_made_in_one_place_and_http_is_spoken_in_one_file() -> None:
    makers, speakers, openers = set(), set(), set()
    for path in Path(ekachit.jira.__path__[0]).glob("*.py"):
        tree = ast.parse(path.read_text())
        for function in [
            each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
        ]:
            for node in ast.walk(function):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Name)
                    and node.func.id == "Request"
                ):
                    makers.add((path.name, function.name))
                if isinstance(node, ast.Attribute) and node.attr == "reveal":
                    openers.add((path.name, function.name))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import) and any(
                each.name.partition(".")[0] in {"aiohttp", "yarl"} for each in node.names
            ):
                speakers.add(path.name)
    assert makers == {("client.py", "_request")}
    assert openers == {("transport.py", "_authorization")}
    assert speakers == {"transport.py"}


async def test_a_client_proves_who_asks_before_anything_else() -> None:
    async with bench({"/rest/api/3/field": []}) as test:
        await asyncio.gather(*(test.client.fields() for _ in range(5)))
    assert [each.path for each in test.server.asked] == ["/rest/api/3/myself", *["/rest/api/3/field"] * 5]


@pytest.mark.parametrize(
    "answer",
    [
        reply(200, {}),
        reply(200, {"accountId": None}),
        reply(200, {"accountId": ME}, {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}),
    ],
)
async def test_A01_nobody_is_no_proof(answer: bytes) -> None:
    async with bench({"/rest/api/3/myself": answer}) as test:
        with pytest.raises(AuthRejected, match="token_anonymous"):
            await read(test)
    assert len(test.server.asked) == 1


async def test_A01_a_token_that_ends_amid_a_listing_is_told() -> None:
    first = {"issues": [issue(1)], "nextPageToken": "a"}
    async with bench({SEARCH: pages(first, reply(200, {"issues": [], "isLast": True}))}) as test:
        with pytest.raises(AuthRejected, match="token_anonymous"):
            await read(test)


async def test_a_search_asks_for_what_it_should_and_is_recorded() -> None:
    first, last = (
        {"issues": [issue(1), issue(2)], "nextPageToken": "a"},
        {"issues": [issue(3)], "isLast": True},
    )
    async with bench({SEARCH: pages(first, last)}) as test:
        found = [page async for page in test.client.search(OPEN, ("updated",), why="a test", reconcile=(7,))]
    assert [each.id for page in found for each in page.issues] == ["1", "2", "3"]
    assert found[-1].complete
    body = {"jql": OPEN, "fields": ["updated", "assignee"], "maxResults": 100, "reconcileIssues": [7]}
    assert [each.json for each in test.server.asked[1:]] == [body, body | {"nextPageToken": "a"}]
    call = test.log[1]
    assert (call.method, call.path, call.why, call.fields) == (
        "POST",
        SEARCH,
        "a test",
        ("updated", "assignee"),
    )
    assert (call.count, call.status, call.error) == (2, 200, None)


@pytest.mark.parametrize(
    ("made", "whole", "asked"),
    [
        ([{"issues": [], "isLast": True}], True, 1),
        ([{"issues": []}], True, 1),
        ([part(None, 1) | {"isLast": False}], True, 1),
        ([{"issues": [issue(1)], "nextPageToken": "a", "isLast": True}], True, 1),
        ([{"issues": [], "nextPageToken": "a"}], False, 1),
        ([{"issues": [issue(1)], "nextPageToken": "a"}], False, 2),
        ([part("a", 1), part("b", 2), part("a", 3)], False, 3),
        ([part("a", 1), part("b", 1)], False, 2),
        ([part("a") | {"issues": [{"key": "X"}]}, {"issues": [issue(2)], "isLast": True}], False, 2),
    ],
)  # fmt: skip
async def test_X03_every_listing_ends_and_says_whether_it_is_whole(
    made: list[Any], whole: int, asked: int
) -> None:
    async with bench({SEARCH: pages(*made)}) as test:
        found = await read(test)
    assert found[-1].complete == whole
    assert len(test.server.asked) == asked + 1


async def test_X03_new_issues_for_ever_end_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ekachit.jira.client.Listing.__init__.__defaults__", (5,))
    numbers = iter(range(1, 10_000))

    def answer(_: Asked) -> bytes:
        number = next(numbers)
        return reply(200, {"issues": [issue(number)], "nextPageToken": f"t{number}"}, SIGNED_IN)

    async with bench({SEARCH: answer}) as test:
        found = await read(test)
    assert len(found) == 5
    assert not found[-1].complete


async def test_X04_X06_X07_a_page_gives_what_is_the_askers_own_and_readable_once() -> None:
    page = {
        "issues": [
            issue(1),
            issue(2, "other"),
            issue(3, None),
            issue(1),
            {"id": "4", "key": "A-4", "fields": None},
        ],
        "isLast": True,
    }
    raw = json.dumps(page).replace("null}]", 'null}, {"id":"5","key":"\\ud800"}]').encode()
    async with bench({SEARCH: reply(200, raw, SIGNED_IN)}) as test:
        (found,) = await read(test)
    assert [each.id for each in found.issues] == ["1"]
    assert found.foreign == ("2", "3")
    assert [each.id for each in found.unreadable] == ["4", "5"]
    assert found.complete


async def test_queries_for_other_peoples_issues_cannot_be_asked() -> None:
    async with bench({}) as test:
        with pytest.raises(ValueError, match="own"):
            await test.client.count("project = APP", why="")
        with pytest.raises(ValueError, match="own"):
            await anext(test.client.search(f"{jql.MINE} OR project = APP", (), why=""))
        with pytest.raises(ValueError, match="50"):
            await anext(test.client.search(OPEN, (), why="", reconcile=range(51)))
        for bad in ("1/../../project", "APP-1", "", "\u0661"):
            with pytest.raises(ValueError, match="digits"):
                await test.client.issue(bad, ())
    assert {each.path for each in test.server.asked} <= {"/rest/api/3/myself"}


async def test_projects_are_read_to_the_end_though_pages_are_short() -> None:
    def project(number: int) -> dict[str, Any]:
        return {"id": str(number), "key": f"P{number}", "name": "x", "style": "classic"}

    made = [
        {"values": [project(1), {"id": 3}, project(2)], "isLast": False, "total": 4},
        {"values": [project(4)], "isLast": True, "total": 4},
    ]
    async with bench({"/rest/api/3/project/search": pages(*made)}) as test:
        assert [each.key for each in await test.client.projects()] == ["P1", "P2", "P4"]
    assert "action=browse" in test.server.asked[1].path
    assert "startAt=3" in test.server.asked[2].path
    async with bench(
        {"/rest/api/3/project/search": pages({"values": [project(1)], "isLast": False})}
    ) as test:
        with pytest.raises(Unexpected, match="projects"):
            await test.client.projects()
    async with bench(
        {"/rest/api/3/project/search": reply(404, {"errorMessages": ["none"]}, SIGNED_IN)}
    ) as test:
        assert await test.client.projects() == []


async def test_a_transition_is_made_once_and_its_refusal_is_told() -> None:
    path = "/rest/api/3/issue/7/transitions"
    async with bench({path: reply(204, b"", SIGNED_IN)}) as test:
        await test.client.transition("7", "31", {"resolution": {"name": "Done"}})
    assert test.server.asked[1].json == {
        "transition": {"id": "31"},
        "fields": {"resolution": {"name": "Done"}},
    }
    assert test.log[1].fields == ("status", "resolution")
    refusal = {"errorMessages": [], "errors": {"customfield_1": "Story type is required."}}
    async with bench({path: reply(400, refusal, SIGNED_IN)}) as test:
        with pytest.raises(Refused) as caught:
            await test.client.transition("7", "31")
    assert caught.value.code == "field_required"
    assert caught.value.fields == {"customfield_1": "Story type is required."}


async def test_an_issue_of_somebody_else_is_not_shown() -> None:
    known = {
        f"/rest/api/3/issue/{number}": issue(number, account) for number, account in ((1, ME), (2, "other"))
    }
    async with bench(known) as test:
        found = await test.client.issue("1", ("status",))
        assert found is not None
        assert found.key == "APP-1"
        assert await test.client.issue("2", ("status",)) is None


async def test_every_request_is_recorded_also_those_that_fail() -> None:
    async with bench(
        {"/rest/api/3/field": reply(200, b"<html>", {"Content-Type": "text/html"} | SIGNED_IN)}
    ) as test:
        with pytest.raises(Unexpected, match="not_json"):
            await test.client.fields()
    assert [(each.path, each.status, each.error) for each in test.log] == [
        ("/rest/api/3/myself", 200, None),
        ("/rest/api/3/field", 200, "not_json"),
    ]
    async with hostile(lambda _: reply(429, b"", {"Retry-After": "60"})) as server:
        log = Log()
        async with AiohttpTransport(server.egress) as transport:
            client = client_of(transport, server.site, log)
            for _ in range(3):
                with pytest.raises(Unavailable, match="rate_limited"):
                    await client.myself()
    assert len(server.asked) == len(log) == 1
    assert json.dumps([each.path for each in log])


async def test_a_cut_off_request_is_recorded() -> None:
    async def never(_: Asked) -> bytes:
        await asyncio.sleep(5)
        return b""

    async with hostile(never) as server:
        log = Log()
        async with AiohttpTransport(server.egress) as transport:
            task = asyncio.create_task(client_of(transport, server.site, log).myself())
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
    assert [each.error for each in log] == ["interrupted"]
