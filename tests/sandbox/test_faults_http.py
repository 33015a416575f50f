"""Every kind of fault, armed through the control door and seen over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from ekachit.sandbox.fault_kinds import KINDS
from ekachit.sandbox.run import SandboxThread
from ekachit.sandbox.seed import build_world
from tests.sandbox.client import Client
from tests.sandbox.doors import Door, http_door, search
from tests.sandbox.fault_table import CASES, CHECKS


@pytest.fixture
def door() -> Iterator[Door]:
    with http_door() as opened:
        yield opened


def test_every_kind_is_looked_at() -> None:
    assert CHECKS.keys() == KINDS.keys()


@pytest.mark.parametrize("check", CASES)
def test_fault(door: Door, check: Callable[[Door], None]) -> None:
    check(door)


def test_the_control_door_tells_what_is_armed_and_what_struck(client: Client) -> None:
    armed = client.control(do="arm_fault", kind="rate_limited", endpoint="search", at=2, retry_after=9).json
    assert armed == {"ok": True, "fault": 1}
    assert [client.search("project = PAY").status for _ in range(3)] == [200, 429, 200]
    faults = client.send("GET", "/__sandbox__/").json["faults"]
    told = faults["armed"][0]
    assert (told["kind"], told["at"], told["retry_after"], told["seen"], told["fired"]) == (
        "rate_limited", 2, 9, 2, 1,
    )  # fmt: skip
    assert faults["fired"] == {"rate_limited": 1}
    assert faults["trace"] == [{"request": 2, "endpoint": "search", "kind": "rate_limited"}]
    assert "reset" in faults["never"]
    assert client.control(do="disarm", fault=1).json == {"ok": True, "disarmed": 1}
    assert client.control(do="disarm").json == {"ok": True, "disarmed": 0}


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({}, "'kind' must be one of"),
        ({"kind": "nonsense"}, "'kind' must be one of"),
        ({"kind": "reset", "at": 0}, "count from 1"),
        ({"kind": "reset", "times": 0}, "count from 1"),
        ({"kind": "reset", "probability": 2}, "from 0 to 1"),
        ({"kind": "reset", "colour": "red"}, "colour"),
        ({"kind": "login_page", "status": 999}, "status"),
        ({"kind": "colleague", "change": {"do": "nothing"}}, "'do' of the change"),
        ({"kind": "write_limits", "_written": {}}, "_written"),
    ],
)
def test_faults_that_make_no_sense(client: Client, given: dict[str, object], text: str) -> None:
    answer = client.control(do="arm_fault", **given)
    assert answer.status == 400
    assert text in answer.json["error"]
    assert client.send("GET", "/__sandbox__/").json["faults"]["armed"] == []


def test_catching_up_and_the_truth_through_the_control_door(client: Client) -> None:
    client.control(do="arm_fault", kind="index_lag")
    assert client.post("/issue/PAY-2/transitions", {"transition": {"id": "31"}}).status == 204
    told = client.send("GET", "/__sandbox__/").json
    assert told["behind"] == [10002]
    assert [(each["before"], each["after"], each["status"]) for each in told["transitions"]] == [
        ("new", "done", 204)
    ]
    assert client.control(do="catch_up", issues=["PAY-3"]).json["caught_up"] == []
    assert client.control(do="catch_up", issues=["PAY-2"]).json["caught_up"] == [10002]


def test_a_sandbox_with_a_half_open_request_stops_at_once() -> None:
    with SandboxThread(build_world()) as sandbox:
        sandbox.faults.arm("half_open")
        with pytest.raises(OSError, match="timed out"):
            Client(sandbox.url).send("GET", "/rest/api/3/myself", timeout=0.1)
        thread = sandbox._thread
    assert not thread.is_alive()


def test_the_control_door_is_never_struck(door: Door) -> None:
    door.arm("reset", times=None)
    assert door.send("GET", "/__sandbox__/").status == 200
    assert door.send("POST", "/__sandbox__/", {"do": "disarm"}).status == 200
    assert search(door).status == 200
