"""The control door, `/__sandbox__/`: look at the world, change it as colleagues would, and break it.

GET gives a summary and the last requests. POST takes one change, the objects that `journal` describes, or one
of those in `ACTS`, which belong to the run and are not kept. Only callers on the same machine are let in; a
POST must say that it is JSON, so that a web page open in a browser cannot make one without asking first.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec
from starlette.requests import Request

from ekachit.sandbox.exchange import Exchange
from ekachit.sandbox.journal import BadChangeError, apply
from ekachit.sandbox.replies import Reply, json_reply
from ekachit.sandbox.shapes import wire_time
from ekachit.sandbox.site import AbsentError, Issue
from ekachit.sandbox.workflow import Refusal
from ekachit.sandbox.world import World

SHOWN_REQUESTS = 200
SHOWN_TRANSITIONS = 200


class Control:
    """The control door over a world and its faults."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.world = exchange.world
        self._acts: dict[str, Callable[[dict[str, Any]], dict[str, object]]] = {
            "set_latency": self._set_latency,
            "arm_fault": self._arm_fault,
            "disarm": self._disarm,
            "catch_up": self._catch_up,
        }

    def answer(self, request: Request, body: bytes) -> Reply:
        """The answer to a request to the door."""
        if not _is_near(request):
            return json_reply({"error": "The control door is open to this machine only."}, 403)
        if request.method in {"GET", "HEAD"}:
            with self.world.lock:
                return json_reply(self._summary())
        if request.method != "POST":
            return json_reply({"error": "Use GET or POST."}, 405)
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            return json_reply({"error": "Send application/json."}, 415)
        with self.world.lock:
            return self._changed(body)

    def _changed(self, body: bytes) -> Reply:
        """Make the change a body asks for: 200 with the issue it touched, or the reason why not."""
        try:
            change = msgspec.json.decode(body, type=dict[str, Any])
            return json_reply({"ok": True} | self._changed_by(change))
        except AbsentError as absent:
            return json_reply({"error": str(absent)}, 404)
        except Refusal as refused:
            return json_reply({"error": refused.messages or refused.errors}, 400)
        except (BadChangeError, ValueError) as wrong:
            return json_reply({"error": str(wrong)}, 400)

    def _changed_by(self, change: dict[str, Any]) -> dict[str, object]:
        act = self._acts.get(str(change.get("do")))
        if act is not None:
            return act({name: value for name, value in change.items() if name != "do"})
        result = apply(self.world, change)
        return {"issue": brief(self.world, result)} if isinstance(result, Issue) else {}

    def _set_latency(self, change: dict[str, Any]) -> dict[str, object]:
        """Let every request wait `ms` milliseconds."""
        wait = change.get("ms")
        if not isinstance(wait, int | float) or not 0 <= wait <= 60_000:  # noqa: PLR2004 - a minute is plenty
            raise BadChangeError("'ms' must be a number from 0 to 60000")
        self.world.latency_ms = float(wait)
        return {}

    def _arm_fault(self, change: dict[str, Any]) -> dict[str, object]:
        """Arm a fault: `kind`, where it strikes, and its own parameters."""
        kind = change.pop("kind", None)
        return {"fault": self.exchange.faults.arm(str(kind), **change).id}

    def _disarm(self, change: dict[str, Any]) -> dict[str, object]:
        """Disarm the fault `fault` (its number), those of a `kind`, or all."""
        gone = self.exchange.faults.disarm(change.get("fault"), kind=change.get("kind"))
        return {"disarmed": gone}

    def _catch_up(self, change: dict[str, Any]) -> dict[str, object]:
        """Let the index see the present state of `issues`, or of all."""
        return {"caught_up": self.world.catch_up(change.get("issues"))}

    def _summary(self) -> dict[str, object]:
        received = [msgspec.to_builtins(each) for each in self.world.received[-SHOWN_TRANSITIONS:]]
        return summary(self.world, self.exchange.requests) | {
            "faults": self.exchange.faults.summary(),
            "transitions": received,
            "behind": self.world.index.behind(),
        }


def _is_near(request: Request) -> bool:
    """Whether the caller is on this machine."""
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


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
