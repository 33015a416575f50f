"""One request in, one answer out: which endpoint it is for, who asks, what Jira says, what a fault makes of it.

Both doors lead here, the HTTP server (`http`) and calls inside the process (`inprocess`). The REST API is
answered at the site's own path and at the gateway's, `/ex/jira/{cloudId}`, as versions 2, 3 and latest.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import formatdate
from typing import Final

from ekachit.sandbox import truth
from ekachit.sandbox.auth import Stop, Visitor, identify, unauthenticated
from ekachit.sandbox.calls import Asked, Call, Endpoint
from ekachit.sandbox.endpoints import ENDPOINTS, SITE_ENDPOINTS
from ekachit.sandbox.faults import Faults
from ekachit.sandbox.jql import JqlError
from ekachit.sandbox.replies import Reply, error, html_reply, json_reply, text_reply
from ekachit.sandbox.search import BadTokenError, Searches
from ekachit.sandbox.shapes import Shaper
from ekachit.sandbox.site import AbsentError
from ekachit.sandbox.workflow import Refusal
from ekachit.sandbox.world import World

VERSIONS: Final = frozenset({"2", "3", "latest"})
KEPT_REQUESTS: Final = 20_000
API: Final = "/rest/api/"
GATEWAY: Final = "/ex/jira/"

RequestLog = list[tuple[str, str, int]]
ByMethod = dict[str, Endpoint]


def _by_path(endpoints: tuple[Endpoint, ...]) -> dict[str, ByMethod]:
    found: dict[str, ByMethod] = {}
    for endpoint in endpoints:
        found.setdefault(endpoint.path, {})[endpoint.method] = endpoint
    return found


API_PATHS: Final = _by_path(ENDPOINTS)
SITE_PATHS: Final = _by_path(SITE_ENDPOINTS)


class Exchange:
    """A world behind a door. `requests` holds (method, path, status); 0 where no answer arrived."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.faults = Faults(world)
        self.requests: RequestLog = []
        self._searches = Searches(world)
        self._number = 0

    def answer(self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """The answer to a request; header names are in lower case. One at a time, whoever calls."""
        with self.world.lock:
            self._number += 1
            self.world.catch_up_rules()
            asked = Asked(method, path, query, headers, body, number=self._number)
            reply = self._routed(asked)
            reply.headers.setdefault("Date", formatdate(self.world.now() / 1000, usegmt=True))
            reply.headers["Server"] = "AtlassianEdge"
            reply.headers["X-ARequestId"] = f"{self._number:032x}"
            self._log(method, path, reply.status)
            return reply

    def _log(self, method: str, path: str, status: int) -> None:
        """Note a request; the oldest go when there are very many."""
        self.requests.append((method, path, status))
        if len(self.requests) > KEPT_REQUESTS:
            del self.requests[: KEPT_REQUESTS // 2]

    def _routed(self, asked: Asked) -> Reply:
        """The answer of the endpoint that the path leads to; an HTML page where it leads nowhere."""
        choices = self._choices(asked)
        if choices is None:
            return _dead_link()
        asked.endpoint = choices.get("GET" if asked.method == "HEAD" else asked.method)
        if asked.endpoint is None:
            return text_reply("", 405)
        return self.faults.answered(asked, self._jira)

    @staticmethod
    def _choices(asked: Asked) -> ByMethod | None:
        """The endpoints of a path by method, with what the path says put into `asked`."""
        if asked.path in SITE_PATHS:
            return SITE_PATHS[asked.path]
        path = asked.path
        if path.startswith(GATEWAY):
            asked.cloud_id, _, path = path.removeprefix(GATEWAY).partition("/")
            path = f"/{path}"
        if not path.startswith(API):
            return None
        asked.version, _, rest = path.removeprefix(API).partition("/")
        if asked.version not in VERSIONS:
            return None
        if f"/{rest}" in API_PATHS:
            return API_PATHS[f"/{rest}"]
        first, _, rest = rest.partition("/")
        asked.ref, slash, rest = rest.partition("/")
        return API_PATHS.get(f"/{first}/{{ref}}{slash}{rest}") if asked.ref else None

    def _jira(self, asked: Asked) -> Reply:
        """What Jira answers, with nothing in between."""
        if asked.endpoint is None:
            return _dead_link()
        if asked.endpoint.name != "transition":
            return self._judged(asked, asked.endpoint)[0]
        was = truth.before(self.world, asked)
        reply, visitor = self._judged(asked, asked.endpoint)
        who = visitor.account.account_id if visitor and visitor.account else None
        truth.note(self.world, asked, was, reply.status, who)
        return reply

    def _judged(self, asked: Asked, endpoint: Endpoint) -> tuple[Reply, Visitor | None]:
        """The answer for whoever asks, and who that is; None where that could not be told."""
        try:
            visitor = self._visitor(asked, endpoint)
        except Stop as stop:
            return stop.reply, None
        call = Call(self.world, self._searches, self._shaper(asked, visitor), visitor, asked)
        reply = _called(endpoint, call)
        reply.headers.update(visitor.headers)
        if call.shaper.view is not None:
            self.faults.count("index_lag", asked)
        return reply, visitor

    def _visitor(self, asked: Asked, endpoint: Endpoint) -> Visitor:
        """Who asks. Raises `Stop` with the answer for those who get no further."""
        gateway = asked.cloud_id is not None
        if gateway and asked.cloud_id != self.world.cloud_id:
            raise Stop(json_reply({"code": 404, "message": "Not Found"}, 404))
        if endpoint.is_open:
            return Visitor(None)
        if asked.method == "GET" and asked.body:
            raise Stop(unauthenticated())
        if asked.form is not None:
            visitor = Visitor(None, asked.form)
        else:
            visitor = identify(
                self.world, asked.headers.get("authorization"), gateway=gateway, scope=endpoint.scope
            )
        if visitor.account is None and (gateway or (endpoint.signed_in_only and visitor.form != "bad-empty")):
            raise Stop(unauthenticated())
        return visitor

    def _shaper(self, asked: Asked, visitor: Visitor) -> Shaper:
        """What shapes the answer, with links that lead back to the same door."""
        base = f"http://{asked.headers.get('host', 'localhost')}"
        if visitor.gateway:
            base += f"/ex/jira/{self.world.cloud_id}"
        return Shaper(self.world, base, asked.version, visitor.account)


def _called(endpoint: Endpoint, call: Call) -> Reply:
    """The endpoint's answer, or Jira's refusal for what went wrong."""
    try:
        return endpoint.answer(call)
    except (JqlError, BadTokenError) as refused:
        return error(400, str(refused))
    except Refusal as refused:
        return json_reply({"errorMessages": refused.messages, "errors": refused.errors}, 400)
    except AbsentError as absent:
        what = "Issue does not exist or you do not have permission to see it."
        return error(404, what if "issue" in str(absent).lower() else str(absent))


def _dead_link() -> Reply:
    """A path that Jira does not know: an HTML page, not JSON."""
    title = "<title>Oops, you've found a dead link. (404)</title>"
    return html_reply(f"<!DOCTYPE html><html><head>{title}</head><body></body></html>", 404)
