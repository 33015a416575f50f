"""Every kind of fault, armed and seen inside the process."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ekachit.sandbox.http import create_app
from ekachit.sandbox.inprocess import HalfOpen, InProcess, LostResponse, Timeout
from ekachit.sandbox.seed import DEMO_SCOPED_TOKEN, DEMO_TOKEN, build_world
from tests.sandbox.doors import API, Door, get, headers, http_door, in_process_door, search
from tests.sandbox.fault_table import CASES


@pytest.mark.parametrize("check", CASES)
def test_fault(check: Callable[[Door], None]) -> None:
    with in_process_door() as door:
        check(door)


PATHS = (
    "/rest/api/3/myself",
    "/rest/api/2/issue/PAY-2?fields=summary,status",
    "/rest/api/3/issue/PAY-2/transitions?expand=transitions.fields",
    "/rest/api/3/project/search?query=%E6%94%AF%E4%BB%98",
    "/rest/api/latest/field",
    "/rest/api/3/issue/NOPE-1",
    "/rest/api/3/nothing",
    "/rest/api/9/myself",
    "/status",
    "/_edge/tenant_info",
)


def test_both_doors_answer_alike() -> None:
    with http_door() as over_http, in_process_door() as inside:
        for path in PATHS:
            one, two = over_http.send("GET", path), inside.send("GET", path)
            host = one.headers.get("host", f"127.0.0.1:{getattr(over_http, 'port', 0)}")
            assert one.status == two.status
            assert one.raw.replace(host.encode(), b"localhost") == two.raw
            same = ("content-type", "server", "x-aaccountid")
            assert [one.headers.get(name) for name in same] == [two.headers.get(name) for name in same]
        assert search(over_http).ids == search(inside).ids
        assert over_http.send("DELETE", f"{API}/myself").status == 405
        assert inside.send("DELETE", f"{API}/myself").status == 405


async def test_the_gateway() -> None:
    world = build_world()
    calls = InProcess(world)
    for cloud_id, token, status in (
        (world.cloud_id, DEMO_SCOPED_TOKEN, 200),
        (world.cloud_id, DEMO_TOKEN, 401),
        ("another", DEMO_SCOPED_TOKEN, 404),
    ):
        answer = await calls.answer("GET", f"/ex/jira/{cloud_id}{API}/myself", headers(token))
        assert answer[0] == status
    calls.faults.arm("anonymous")
    answer = await calls.answer(
        "POST", f"/ex/jira/{world.cloud_id}{API}/search/jql", headers(DEMO_SCOPED_TOKEN)
    )
    assert answer[0] == 401, "the gateway never takes anybody for nobody"


async def test_a_simulated_clock_moves_while_a_caller_waits() -> None:
    moment = [1_795_000_000_000]
    waited: list[float] = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)
        moment[0] += round(seconds * 1000)

    calls = InProcess(build_world(clock=lambda: moment[0]), wait=wait)
    calls.world.latency_ms = 50
    status, sent, _body = await calls.answer("GET", f"{API}/myself", headers(DEMO_TOKEN))
    assert (status, sent["date"]) == (200, "Wed, 18 Nov 2026 11:06:40 GMT")
    calls.world.latency_ms = 0
    calls.faults.arm("half_open")
    with pytest.raises(HalfOpen):
        await calls.answer("GET", f"{API}/myself", headers(DEMO_TOKEN))
    calls.faults.arm("half_open", seconds=3)
    with pytest.raises(LostResponse):
        await calls.answer("GET", f"{API}/myself", headers(DEMO_TOKEN))
    calls.faults.arm("slow", seconds=10, piece=1)
    with pytest.raises(Timeout):
        await calls.answer("GET", f"{API}/myself", headers(DEMO_TOKEN))
    assert waited == [0.05, 30.0, 3, 30.0]
    assert calls.requests[1:3] == [("GET", f"{API}/myself", 0)] * 2


async def test_one_site_behind_both_doors() -> None:
    app = create_app(build_world())
    calls = InProcess(app.state.world, exchange=app.state.exchange)
    app.state.faults.arm("gone")
    assert (await calls.answer("GET", f"{API}/myself", headers(DEMO_TOKEN)))[0] == 410
    assert app.state.requests == calls.requests == [("GET", f"{API}/myself", 410)]


def test_no_request_holds_a_token() -> None:
    with in_process_door() as door:
        door.arm("revoke_token")
        get(door, "/myself")
        assert DEMO_TOKEN not in repr((door.faults.summary(), door.faults.trace, door.world.received))
