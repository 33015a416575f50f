"""X: bombs, endless pages, broken shapes, and answers about somebody else."""

# ruff: noqa: N802 - names begin with ids

from __future__ import annotations

import resource
from dataclasses import dataclass, field
from typing import Any

import pytest

from ekachit.jira.limits import Limits
from ekachit.jira.transport import Request, Response
from ekachit.sandbox.fault_bodies import bomb
from ekachit.sync.models import Link, PassState
from tests.faults.stage import Site, settle
from tests.faults.wire import Wire
from tests.faults.world import ADAS_EMAIL, small_world
from tests.sandbox.transport import SandboxTransport

MEBIBYTE = 1024 * 1024


@pytest.mark.parametrize(
    ("kind", "given", "code"),
    [
        ("gzip_bomb", {"mebibytes": 256, "endpoint": "search"}, "too_large"),
        ("gzip_bomb", {"mebibytes": 256, "endpoint": "search", "nested": True}, "bad_encoding"),
        ("gzip_bomb", {"mebibytes": 256, "endpoint": "search", "status": 500}, "server_error"),
        ("gzip_bomb", {"mebibytes": 256, "endpoint": "myself", "status": 302}, "redirected"),
        ("wrong_encoding", {"endpoint": "search"}, "bad_encoding"),
        ("wrong_encoding", {"endpoint": "search", "encoding": "br"}, "bad_encoding"),
        ("huge_body", {"mebibytes": 64, "endpoint": "search", "endless": True}, "too_large"),
    ],
)
def test_X01_X02_I9_I19_a_bomb_is_put_down_before_it_is_big(
    wire: Wire, kind: str, given: dict[str, Any], code: str
) -> None:
    assert wire.run().state == PassState.COMPLETE
    before = wire.site.snapshot()
    wire.site.forward(1800)
    bomb(256)  # the sandbox makes it in this process: not while we measure
    wire.sandbox.faults.arm(kind, times=None, **given)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    receipt = wire.run()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak
    assert (receipt.state, receipt.code) == (PassState.FAILED, code)
    assert wire.site.snapshot() == before
    if kind == "gzip_bomb":
        assert grown < 32 * 1024, "KiB"


def test_X02_a_thousand_headers(wire: Wire) -> None:
    wire.sandbox.faults.arm("many_headers", count=20_000, times=None)
    receipt = wire.run()
    assert (receipt.state, receipt.code) == (PassState.FAILED, "bad_http")
    assert wire.site.tasks() == {}


@pytest.mark.parametrize("form", ["same", "alternate", "stale", "empty"])
@pytest.mark.parametrize("first", [True, False], ids=["import", "poll"])
def test_X03_I6_I9_pages_without_end(db: None, form: str, first: bool) -> None:  # noqa: FBT001 - pytest gives it
    site = settle(small_world(230))
    if not first:
        site.imported()
    site.world.reassign("PAY-2", None)
    site.faults.arm("token_loop", form=form)
    receipt = site.run()
    assert receipt.state == PassState.PARTIAL
    assert receipt.code == "listing_incomplete"
    assert receipt.requests <= 20
    assert set(site.presence().values()) <= {"current"}, "nothing is gone by a list that never ended"
    site.faults.disarm()
    site.forward(3600)
    assert site.run().state == PassState.COMPLETE
    site.forward(1800)
    site.run()
    shown = Link.objects.filter(presence="current", user=site.user)
    assert dict(shown.values_list("key", "task__status")) == site.truth()


@pytest.mark.parametrize("form", ["utf8", "bom", "utf16", "cut", "nan", "twice", "html"])
def test_X04_I19_a_body_that_is_not_json(adas: Site, form: str) -> None:
    before = adas.snapshot()
    adas.faults.arm("bad_text", form=form, endpoint="search", times=None)
    receipt = adas.run()
    if receipt.state == PassState.FAILED:
        assert adas.snapshot() == before
    assert set(adas.presence().values()) == {"current"}, "I6"
    assert len(adas.snapshot()["Task"]) == len(before["Task"])


def test_X04_deep_json(adas: Site) -> None:
    before = adas.snapshot()
    adas.faults.arm("deep_json", endpoint="search", times=None)
    assert adas.run().state == PassState.FAILED
    assert adas.snapshot() == before


def test_X05_only_fields_that_are_needed_are_asked_for(ada: Site) -> None:
    ada.run()
    asked = {
        name
        for fields in ada.connection.access_records.values_list("fields", flat=True)
        for name in fields.split(", ")
    }
    assert asked - {""} <= {
        *("summary", "status", "priority", "issuetype", "project", "parent", "subtasks", "updated"),
        *("assignee", "customfield_10016", "customfield_10026"),
    }


def test_X06_of_two_issues_with_one_id_the_first_counts(ada: Site) -> None:
    ada.faults.arm("duplicate_issue", times=None)
    ada.run()
    assert "The other of two" not in {each["title"] for each in ada.snapshot()["Task"]}
    assert Link.objects.count() == len(ada.truth())


def test_X07_somebody_elses_issue_is_not_taken(ada: Site) -> None:
    ada.faults.arm("foreign_issue", times=None)
    ada.run()
    assert len(ada.tasks()) == len(ada.truth()) - 1


def test_X09_links_are_built_from_what_is_stored(ada: Site) -> None:
    from ekachit.sync.queries import browse_url  # noqa: PLC0415 # used here only

    ada.faults.arm("foreign_links", times=None)
    ada.run()
    assert browse_url(ada.link("PAY-2")) == "https://yourteam.atlassian.net/browse/PAY-2"


@dataclass
class Stale:
    """A line that gives an old answer to a list again, in the place of the one that was asked for."""

    line: SandboxTransport
    kept: list[Response] = field(default_factory=list)
    again: bool = False

    async def send(self, request: Request) -> Response:
        response = await self.line.send(request)
        if b"statusCategory" in (request.body or b""):
            if self.again:
                return self.kept[0]
            self.kept.append(response)
        return response


def test_N09_an_old_answer_that_comes_again_takes_nothing_back(adas: Site) -> None:
    stale = Stale(SandboxTransport(adas.door, Limits()))
    adas.transport = stale
    assert adas.run().state == PassState.COMPLETE
    adas.world.edit("PAY-2", summary="Changed", status="In Progress")
    adas.world.edit("PAY-3", status="Done")
    new = adas.world.create(project="OPS", summary="New", assignee=ADAS_EMAIL).key
    adas.forward(1800)
    adas.run()
    before = adas.snapshot()
    assert (adas.tasks()["PAY-2"], adas.tasks()["PAY-3"], new in adas.tasks()) == (
        "in_progress",
        "done",
        True,
    )
    stale.again = True
    adas.forward(1800)
    assert adas.run().state == PassState.COMPLETE
    assert adas.snapshot() == before
