"""The wire between a pass and its site: what was asked, what came, and which faults struck on the way."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

import msgspec

from ekachit.jira.errors import JiraError
from ekachit.jira.limits import retry_after
from ekachit.jira.transport import Request, Response
from ekachit.sandbox.inprocess import InProcess
from tests.sandbox.transport import SandboxTransport

IDS: Final = re.compile(r" AND id in \(([0-9, ]+)\)")
PURPOSES: Final = ("prove", "list", "fetch", "read", "write", "other")


@dataclass(slots=True)
class Exchange:
    """One request with its answer, as the client saw it. `code` is the trouble on the wire, if any."""

    purpose: str
    method: str
    path: str
    asked: frozenset[str] = frozenset()
    resumed: bool = False
    status: int | None = None
    code: str = ""
    struck: tuple[str, ...] = ()
    account: str = ""
    signed: bool = False
    shown: frozenset[str] = frozenset()
    token: str | None = None
    is_last: bool = False
    readable: bool = False
    wait: float | None = None


@dataclass(slots=True)
class Line:
    """Sends a pass's requests to the doors of the sites and keeps a record. `seam` is awaited before each."""

    doors: dict[str, InProcess]
    seam: Callable[[], Awaitable[None]]
    exchanges: list[Exchange] = field(default_factory=list)

    async def send(self, request: Request) -> Response:
        """Return the answer; raises what the product's transport raises."""
        await self.seam()
        door = self.doors[request.site]
        exchange = _asked(request)
        self.exchanges.append(exchange)
        before = len(door.faults.trace)
        try:
            response = await SandboxTransport(door).send(request)
        except JiraError as trouble:
            exchange.code = trouble.code
            raise
        finally:
            exchange.struck = tuple(kind for _, _, kind in door.faults.trace[before:])
        _answered(exchange, response)
        return response

    @property
    def struck(self) -> set[str]:
        return {kind for each in self.exchanges for kind in each.struck}

    @property
    def wait(self) -> float | None:
        """The seconds that the site asked for last, if it did."""
        return next((each.wait for each in reversed(self.exchanges) if each.wait is not None), None)


def _is_of(row: dict[str, Any], account: str) -> bool:
    """Whether an issue in an answer is the asker's, or does not say whose it is."""
    fields = row.get("fields")
    assignee = fields.get("assignee") if isinstance(fields, dict) else None
    return not isinstance(assignee, dict) or assignee.get("accountId") in {account, None}


def _asked(request: Request) -> Exchange:
    path = request.url.partition("/rest/api/3")[2].partition("?")[0]
    if path == "/myself":
        return Exchange("prove", request.method, path)
    if path == "/search/jql":
        body = msgspec.json.decode(request.body or b"{}")
        ids = IDS.search(body["jql"])
        asked = frozenset(ids[1].split(", ")) if ids else frozenset()
        purpose = "fetch" if ids else "list"
        return Exchange(purpose, request.method, path, asked, resumed="nextPageToken" in body)
    if re.fullmatch(r"/issue/[0-9]+", path):
        return Exchange("read", request.method, path, frozenset([path.rpartition("/")[2]]))
    if path.endswith("/transitions") and request.method == "POST":
        return Exchange("write", request.method, path)
    return Exchange("other", request.method, path)


def _answered(exchange: Exchange, response: Response) -> None:
    headers = response.headers
    exchange.status = response.status
    exchange.signed = bool(headers.get("x-aaccountid")) and "x-seraph-loginreason" not in headers
    if response.status in {429, 503}:
        exchange.wait = retry_after(headers.get("retry-after"))
    try:
        # The most patient reader there is: whoever reads more than this has made it up.
        body: Any = json.loads(response.body.decode(errors="replace"))
    except (RecursionError, ValueError):
        return
    if response.status != 200 or not isinstance(body, dict):
        return
    exchange.readable = True
    if exchange.purpose == "prove":
        exchange.account = str(body.get("accountId", ""))
    elif exchange.purpose == "read":
        assignee = (body.get("fields") or {}).get("assignee") or {}
        exchange.account = assignee.get("accountId", "")
        exchange.shown = frozenset([str(body.get("id"))])
    elif isinstance(body.get("issues"), list):
        rows = [each for each in body["issues"] if isinstance(each, dict) and "id" in each]
        me = unquote(headers.get("x-aaccountid", ""))
        exchange.shown = frozenset(str(each["id"]) for each in rows if _is_of(each, me))
        exchange.token = body.get("nextPageToken")
        exchange.is_last = bool(body.get("isLast"))
