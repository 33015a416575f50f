"""The control door, `/__sandbox__/`: look at the world and change it, as colleagues would in the real Jira.

GET gives a summary and the last requests. POST takes one change, the objects that `journal` describes, or
`{"do": "set_latency", "ms": 250}`. Only callers on the same machine are let in; a POST must say that it is
JSON, so that a web page open in a browser cannot make one without asking first.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from ekachit.sandbox.auth import json_response
from ekachit.sandbox.journal import BadChangeError, apply
from ekachit.sandbox.shapes import wire_time
from ekachit.sandbox.site import AbsentError, Issue
from ekachit.sandbox.workflow import Refusal
from ekachit.sandbox.world import World

SHOWN_REQUESTS = 200


def door(world: World, requests: list[tuple[str, str, int]]) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of the control door over a world and its request log."""

    async def answer(request: Request) -> Response:
        if not _is_near(request):
            return json_response({"error": "The control door is open to this machine only."}, 403)
        if request.method == "GET":
            with world.lock:
                return json_response(summary(world, requests))
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            return json_response({"error": "Send application/json."}, 415)
        body = await request.body()
        with world.lock:
            return _changed(world, body)

    return answer


def _is_near(request: Request) -> bool:
    """Whether the caller is on this machine."""
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _changed(world: World, body: bytes) -> Response:
    """Make the change a body asks for: 200 with the issue it touched, or the reason why not."""
    try:
        change = msgspec.json.decode(body, type=dict[str, Any])
        result = _changed_by(world, change)
    except AbsentError as absent:
        return json_response({"error": str(absent)}, 404)
    except Refusal as refused:
        return json_response({"error": refused.messages or refused.errors}, 400)
    except (BadChangeError, ValueError) as wrong:
        return json_response({"error": str(wrong)}, 400)
    answer: dict[str, object] = {"ok": True}
    if isinstance(result, Issue):
        answer["issue"] = brief(world, result)
    return json_response(answer)


def _changed_by(world: World, change: Mapping[str, Any]) -> object:
    if change.get("do") != "set_latency":
        return apply(world, change)
    _set_latency(world, change)
    return None


def _set_latency(world: World, change: Mapping[str, Any]) -> None:
    """Let every request wait `ms` milliseconds; it is a property of this run and not kept."""
    wait = change.get("ms")
    if not isinstance(wait, int | float) or not 0 <= wait <= 60_000:  # noqa: PLR2004 - a minute is plenty
        raise BadChangeError("'ms' must be a number from 0 to 60000")
    world.latency_ms = float(wait)


def brief(world: World, issue: Issue) -> dict[str, object]:
    """An issue in short."""
    assignee = world.accounts[issue.assignee].email if issue.assignee else None
    return {
        "id": str(issue.id),
        "key": issue.key,
        "summary": issue.summary,
        "status": world.statuses[issue.status_id].name,
        "statusCategory": world.category(issue),
        "points": issue.points,
        "assignee": assignee,
        "hidden": issue.hidden,
        "updated": wire_time(issue.updated, world.zone),
    }


def summary(world: World, requests: list[tuple[str, str, int]]) -> dict[str, object]:
    """The world in short: people with tokens and open issues, projects, counts, the last requests."""
    every = list(world.issues.values())
    undone = Counter(issue.assignee for issue in every if world.category(issue) != "done")
    in_project = Counter(issue.project_id for issue in every)
    return {
        "title": world.title,
        "cloudId": world.cloud_id,
        "latency_ms": world.latency_ms,
        "strict_ids": world.strict_ids,
        "accounts": [
            {
                "email": account.email,
                "name": account.name,
                "accountId": account.account_id,
                "jira_access": account.jira_access,
                "open_issues": undone[account.account_id],
                "tokens": [
                    {"token": token.secret, "scopes": sorted(token.scopes) if token.scopes else None}
                    for token in world.tokens.values()
                    if token.account_id == account.account_id and not token.revoked
                ],
            }
            for account in world.accounts.values()
        ],
        "projects": [
            {
                "id": str(project.id),
                "key": project.key,
                "name": project.name,
                "style": project.style,
                "archived": project.archived,
                "issues": in_project[project.id],
            }
            for project in world.projects.values()
        ],
        "counts": dict(Counter(world.category(issue) for issue in every)),
        "requests": [
            {"method": method, "path": path, "status": status}
            for method, path, status in requests[-SHOWN_REQUESTS:]
        ],
    }
