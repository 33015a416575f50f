"""The product's own client meets the faults: through its real transport, and through the one in the process."""

# ruff: noqa: N802 # names begin with the ids of the faults that the tests cover

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from ekachit.jira import jql
from ekachit.jira.client import JiraClient
from ekachit.jira.egress import Egress, Site, parse_site
from ekachit.jira.errors import JiraError
from ekachit.jira.ledger import Ledger
from ekachit.jira.limits import Limits
from ekachit.jira.transport import AiohttpTransport, Transport
from ekachit.sandbox.faults import Faults
from ekachit.sandbox.inprocess import InProcess
from ekachit.sandbox.run import SandboxThread
from ekachit.sandbox.seed import DEMO_EMAIL, DEMO_TOKEN, build_world
from ekachit.vault.secret import Secret
from tests.jira.hostile import Log
from tests.sandbox.transport import SandboxTransport

LIMITS = Limits(total_seconds=0.5)


def client_on(transport: Transport, site: Site) -> JiraClient:
    ledger: Ledger = Log()
    return JiraClient(
        transport, site, email=DEMO_EMAIL, token=Secret(DEMO_TOKEN), cloud_id=None, via_gateway=False,
        ledger=ledger, clock=lambda: datetime.now(UTC),
    )  # fmt: skip


@asynccontextmanager
async def over_http() -> AsyncIterator[tuple[JiraClient, Faults]]:
    with SandboxThread(build_world()) as sandbox:
        site = parse_site(sandbox.url, frozenset({f"127.0.0.1:{sandbox.port}"}))
        async with AiohttpTransport(Egress(frozenset({site.host})), limits=LIMITS) as transport:
            yield client_on(transport, site), sandbox.faults


@asynccontextmanager
async def inside() -> AsyncIterator[tuple[JiraClient, Faults]]:
    door = InProcess(build_world(), deadline=LIMITS.total_seconds)
    yield (
        client_on(SandboxTransport(door, LIMITS), parse_site("https://northwind.atlassian.net")),
        door.faults,
    )


DOORS = pytest.mark.parametrize("opened", [over_http, inside])
SEARCH = {"endpoint": "search", "times": None}
FAILING: list[tuple[str, dict[str, Any], str]] = [
    ("anonymous", SEARCH, "token_anonymous"),
    ("anonymous", {**SEARCH, "header": False}, "token_anonymous"),
    ("unauthorized", SEARCH, "token_rejected"),
    ("captcha", SEARCH, "captcha"),
    ("redirect", SEARCH, "redirected"),
    ("gone", SEARCH, "api_removed"),
    ("rate_limited", SEARCH, "rate_limited"),
    ("rate_limited", {**SEARCH, "retry_after": "garbage"}, "rate_limited"),
    ("server_error", {**SEARCH, "status": 500}, "server_error"),
    ("server_error", {**SEARCH, "status": 502}, "server_error"),
    ("gzip_bomb", SEARCH, "too_large"),
    ("gzip_bomb", {**SEARCH, "nested": True}, "bad_encoding"),
    ("gzip_bomb", {**SEARCH, "status": 500}, "server_error"),
    ("huge_body", {**SEARCH, "mebibytes": 9}, "too_large"),
    ("huge_body", {**SEARCH, "mebibytes": 9, "endless": True}, "too_large"),
    ("wrong_encoding", SEARCH, "bad_encoding"),
    ("wrong_encoding", {**SEARCH, "encoding": "br"}, "bad_encoding"),
    ("bad_text", {**SEARCH, "form": "cut"}, "not_json"),
    ("bad_text", {**SEARCH, "form": "html"}, "not_json"),
    ("reset", SEARCH, "connection_reset"),
    ("lost_response", SEARCH, "connection_reset"),
    ("cut_body", SEARCH, "connection_reset"),
    ("half_open", SEARCH, "timeout"),
    ("slow", {**SEARCH, "seconds": 0.1, "piece": 100}, "timeout"),
]


@DOORS
@pytest.mark.parametrize(("kind", "given", "code"), FAILING)
async def test_a_failing_answer_has_its_code(
    opened: Any, kind: str, given: dict[str, Any], code: str
) -> None:
    async with opened() as (client, faults):
        faults.arm(kind, **given)
        with pytest.raises(JiraError) as caught:
            async for _page in client.search(jql.assigned_open([]), ("summary",), why="a test"):
                pass
        assert caught.value.code == code
        assert faults.fired[kind]


@DOORS
@pytest.mark.parametrize("form", ["same", "alternate", "stale", "empty"])
async def test_X03_an_endless_listing_ends_and_is_not_complete(opened: Any, form: str) -> None:
    async with opened() as (client, faults):
        faults.arm("token_loop", form=form)
        pages = [page async for page in client.search(jql.assigned_open([]), ("summary",), why="a test")]
        assert not pages[-1].complete
        assert len(pages) < 10


@DOORS
@pytest.mark.parametrize(
    "form",
    ["types", "null_fields", "no_fields", "bad_date", "nul", "long", "surrogate", "not_object", "no_id"],
)
async def test_P05_a_poison_issue_harms_no_other(opened: Any, form: str) -> None:
    async with opened() as (client, faults):
        whole = [page async for page in client.search(jql.assigned_open([]), ("summary",), why="a test")]
        faults.arm("poison_issue", form=form)
        spoilt = [page async for page in client.search(jql.assigned_open([]), ("summary",), why="a test")]
        issues = [issue.id for page in whole for issue in page.issues]
        assert [issue.id for page in spoilt for issue in page.issues][-len(issues) + 1 :] == issues[1:]
