"""N: a site that asks to be left alone, does not answer, or answers with something else."""

# ruff: noqa: N802 - names begin with ids

from __future__ import annotations

import logging
import socket
import time
from itertools import pairwise
from typing import Any

import pytest

from ekachit.config import settings as installation
from ekachit.domain.sync.schedule import RETRY_AFTER_CAP_SECONDS
from ekachit.jira.errors import Unavailable
from ekachit.jira.limits import Limits
from ekachit.sync.holds import hold
from ekachit.sync.leases import due
from ekachit.sync.models import PassState, SiteHold
from tests.faults.stage import Site, settle
from tests.faults.wire import Wire, over_the_wire
from tests.faults.world import BOB, BOBS_EMAIL, BOBS_TOKEN, small_world

WAITS: dict[str, tuple[Any, float, float]] = {
    "seconds": (120, 120, 120),
    "absurd": (10**9, RETRY_AFTER_CAP_SECONDS, RETRY_AFTER_CAP_SECONDS),
    "in the past": ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
    "far away": ("Wed, 21 Oct 2065 07:28:00 GMT", RETRY_AFTER_CAP_SECONDS, RETRY_AFTER_CAP_SECONDS),
    "negative": (-5, 0, 0),
    "nonsense": ("soon", 0, 0),
    "absent": (None, 0, 0),
}


@pytest.mark.parametrize("said", WAITS)
def test_N01_I11_nobody_asks_a_site_before_it_said(adas: Site, said: str) -> None:
    value, least, most = WAITS[said]
    bob = settle(adas.world, door=adas.door, email="b@yourteam.dev", account=(BOB, BOBS_EMAIL, BOBS_TOKEN))
    elsewhere = settle(small_world(cloud_id="another"), email="c@yourteam.dev", site="other.atlassian.net")
    bob.clock = elsewhere.clock = adas.clock
    adas.faults.arm("rate_limited", retry_after=value)
    receipt = adas.run()
    assert (receipt.state, receipt.code) == (PassState.FAILED, "rate_limited")
    hold = SiteHold.objects.filter(until__gt=adas.clock()).first()
    held = 0.0 if hold is None else (hold.until - adas.clock()).total_seconds()
    assert least <= held <= most
    row = adas.row
    assert row.due_at is not None
    assert (row.due_at - adas.clock()).total_seconds() >= max(held, 30), "never earlier than asked"
    if held:
        asked = len(adas.door.requests)
        assert bob.row.pk not in due(100, at=adas.clock()), "the whole tenant waits"
        bob.run()
        assert len(adas.door.requests) == asked, "nothing was sent, whoever tried"
        adas.forward(held + 1)
    assert elsewhere.run().state == PassState.COMPLETE, "other sites are not concerned"
    assert bob.run().state == PassState.COMPLETE


def test_N01_N03_after_a_hold_its_connections_begin_one_after_the_other(adas: Site) -> None:
    others = [
        settle(adas.world, door=adas.door, email=f"p{n}@yourteam.dev", account=(BOB, BOBS_EMAIL, BOBS_TOKEN))
        for n in range(20)
    ]
    adas.faults.arm("rate_limited", retry_after=120)
    adas.run()
    starts = sorted(each.row.due_at for each in others if each.row.due_at is not None)
    assert len(starts) == 20
    until = SiteHold.objects.get().until
    assert all(each >= until for each in starts)
    gaps = [(b - a).total_seconds() for a, b in pairwise(starts)]
    assert min(gaps) >= 5, "no two at once"


@pytest.mark.parametrize(
    ("kind", "given", "code"),
    [
        ("server_error", {"status": 500}, "server_error"),
        ("server_error", {"status": 502}, "server_error"),
        ("server_error", {"status": 503, "body": "html", "endpoint": "search"}, "server_error"),
        ("server_error", {"status": 504}, "server_error"),
        ("edge_page", {}, "server_error"),
        ("login_page", {"endpoint": "search"}, "not_json"),
        ("wrong_type", {"endpoint": "search"}, "not_json"),
        ("redirect", {}, "redirected"),
        ("gone", {"endpoint": "search"}, "api_removed"),
        ("status", {"status": 206, "body": "{}", "content_type": "application/json"}, "bad_shape"),
        ("bad_text", {"form": "html", "endpoint": "search"}, "not_json"),
        ("bad_text", {"form": "cut", "endpoint": "search"}, "not_json"),
        ("reset", {"endpoint": "search"}, "connection_reset"),
        ("cut_body", {"endpoint": "search"}, "connection_reset"),
        ("half_open", {}, "timeout"),
        ("slow", {"endpoint": "search"}, "timeout"),
    ],
)
def test_N02_N06_N07_N08_I19_no_such_answer_changes_anything(
    adas: Site, kind: str, given: dict[str, Any], code: str
) -> None:
    before = adas.snapshot()
    adas.faults.arm(kind, times=None, **given)
    for failures in (1, 2):
        receipt = adas.run()
        assert (receipt.state, receipt.code) == (PassState.FAILED, code)
        assert adas.row.failures == failures
        adas.forward(3600)
    assert adas.snapshot() == before
    assert adas.row.state == "connected"
    adas.faults.disarm()
    adas.forward(3600)
    assert adas.run().state == PassState.COMPLETE
    assert adas.row.failures == 0


def test_N02_the_log_says_it_once_and_once(adas: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "ekachit.sync")
    adas.faults.arm("server_error", times=None)
    for _ in range(48):
        adas.run()
        adas.forward(3600)
    adas.faults.disarm()
    adas.run()
    adas.forward(1800)
    adas.run()
    lines = [each.getMessage() for each in caplog.records if each.name.startswith("ekachit.sync")]
    assert len(lines) == 2, lines
    assert "fail now" in lines[0]
    assert "work again" in lines[1]


def test_N02_I11_an_outage_is_not_hammered(adas: Site) -> None:
    """Six hours without an answer: no more requests than an ordinary day has, then all is well by itself."""
    adas.faults.arm("server_error", times=None)
    began, asked = adas.clock(), len(adas.door.requests)
    while (adas.clock() - began).total_seconds() < 6 * 3600:
        adas.run()
        row = adas.row
        assert row.due_at is not None
        adas.clock.now = max(row.due_at, adas.clock())
        hold = SiteHold.objects.filter(until__gt=adas.clock()).first()
        adas.clock.now = hold.until if hold else adas.clock()
    assert len(adas.door.requests) - asked <= 20
    adas.faults.disarm()
    adas.forward(1)
    assert adas.run().state == PassState.COMPLETE
    assert not SiteHold.objects.exists()


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("slow", {"seconds": 0.1, "piece": 1, "endpoint": "search"}),
        ("slow", {"seconds": 0.1, "in_headers": True}),
        ("half_open", {"endpoint": "search"}),
    ],
)
def test_N05_a_slow_answer_has_a_deadline_as_a_whole(wire: Wire, kind: str, given: dict[str, Any]) -> None:
    site, sandbox = wire.site, wire.sandbox
    assert over_the_wire(site, Limits()).state == PassState.COMPLETE
    before = site.snapshot()
    site.forward(1800)
    sandbox.faults.arm(kind, times=None, **given)
    began = time.monotonic()
    receipt = over_the_wire(site, Limits(total_seconds=0.5))
    assert time.monotonic() - began < 5
    assert (receipt.state, receipt.code) == (PassState.FAILED, "timeout")
    assert site.snapshot() == before
    sandbox.faults.disarm()
    site.forward(3600)
    assert over_the_wire(site, Limits()).state == PassState.COMPLETE


@pytest.mark.parametrize("kind", ["reset", "closed", "cut_body", "lost_response"])
def test_N06_N11_a_line_that_breaks(wire: Wire, kind: str) -> None:
    site, sandbox = wire.site, wire.sandbox
    sandbox.faults.arm(kind, endpoint="search", times=None)
    receipt = over_the_wire(site, Limits())
    assert (receipt.state, receipt.code) == (PassState.FAILED, "connection_reset")
    assert site.tasks() == {}, "no part of a page"
    sandbox.faults.disarm()
    site.forward(3600)
    assert over_the_wire(site, Limits()).state == PassState.COMPLETE
    assert site.tasks() == site.truth()


def test_N04_nobody_listens(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    monkeypatch.setenv("EKACHIT_SANDBOX_HOSTS", f"127.0.0.1:{port}")
    installation.cache_clear()
    site = settle(site=f"127.0.0.1:{port}")
    receipt = over_the_wire(site, Limits())
    monkeypatch.undo()
    installation.cache_clear()
    assert (receipt.state, receipt.code) == (PassState.FAILED, "network_refused")
    assert site.row.state == "connected"


def test_N10_proxies_of_the_machine_are_not_used(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    site = wire.site
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert over_the_wire(site, Limits()).state == PassState.COMPLETE


def test_N01_the_error_itself_says_that_nothing_was_sent() -> None:
    assert not Unavailable("rate_limited", 3.0, sent=False).sent


def test_N01_a_pass_that_was_not_let_out_says_nothing_of_the_site(adas: Site) -> None:
    """A site is held while a pass of another of its connections is under way: that pass is no failure of the site."""
    hold(adas.connection.site, code="rate_limited", retry_after=600, now=adas.clock(), chance=lambda: 0.5)
    before = SiteHold.objects.values().get()
    asked = len(adas.door.requests)
    receipt = adas.run()
    assert (receipt.state, receipt.code) == (PassState.FAILED, "rate_limited")
    assert len(adas.door.requests) == asked
    assert SiteHold.objects.values().get() == before
    row = adas.row
    assert row.due_at is not None
    assert row.due_at >= before["until"]
