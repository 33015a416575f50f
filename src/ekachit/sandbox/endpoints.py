"""What each endpoint of the REST API answers; those that search are in `search_endpoints`.

The rules come from the vendor's API document and public captures.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from ekachit.sandbox import catalogue, search_endpoints
from ekachit.sandbox.calls import BadRequestError, Call, Endpoint, decoded
from ekachit.sandbox.change import API
from ekachit.sandbox.issue_shapes import changelog, chosen_fields, issue_shape, transition_shape
from ekachit.sandbox.replies import JSON, Reply, json_reply
from ekachit.sandbox.shapes import Json, wire_time
from ekachit.sandbox.site import Project
from ekachit.sandbox.workflow import Refusal

PAGE_OF_PROJECTS: Final = 100
MOST_PROJECT_REFS: Final = 50


def myself(call: Call) -> Reply:
    """Who asks."""
    account = call.visitor.account
    return json_reply({} if account is None else call.shaper.myself(account))


def server_info(call: Call) -> Reply:
    """The site's version and address; open to anybody."""
    world = call.world
    moment = wire_time(world.now(), call.shaper.zone)
    return json_reply(
        {
            "baseUrl": call.shaper.base,
            "displayUrl": call.shaper.base,
            "version": "1001.0.0-SNAPSHOT",
            "versionNumbers": [1001, 0, 0],
            "deploymentType": "Cloud",
            "buildNumber": 100300,
            "buildDate": "2026-11-02T10:12:14.000+0100",
            "serverTime": moment,
            "scmInfo": "5e1b2f1d6f5f3a0d9d1c1f6b6f6b0f4f1c2a7c11",
            "serverTitle": world.title,
            "serverTimeZone": world.time_zone,
        }
    )


def fields(call: Call) -> Reply:
    """System fields, and custom ones whose project the asker can see; only the former for nobody."""
    world, account = call.world, call.visitor.account

    def visible(entry: catalogue.Field) -> bool:
        if not entry.custom:
            return True
        return account is not None and (
            entry.project_id is None or world.sees_project(account, world.projects[entry.project_id])
        )

    return json_reply([call.shaper.field(entry) for entry in world.fields if visible(entry)])


def statuses(call: Call) -> Reply:
    """Every status in use."""
    entries = call.world.statuses.values() if call.visitor.account else ()
    return json_reply([call.shaper.status(entry) for entry in entries])


def categories(call: Call) -> Reply:
    """The four status categories."""
    return json_reply([call.shaper.category(key) for key in catalogue.CATEGORIES])


def priorities(call: Call) -> Reply:
    """The priorities, highest first."""
    return json_reply([call.shaper.priority_entry(entry) for entry in call.world.priorities.values()])


def resolutions(call: Call) -> Reply:
    """The resolutions."""
    return json_reply([call.shaper.resolution(entry) for entry in call.world.resolutions.values()])


def issue_types(call: Call) -> Reply:
    """The issue types."""
    return json_reply([call.shaper.issue_type(entry) for entry in call.world.types.values()])


def _projects(call: Call) -> list[Project]:
    """The projects a listing is about: `status`, `action`, `query`, `id` and `keys` narrow it."""
    world, account = call.world, call.visitor.account
    states = set(call.queries("status")) or {"live"}
    wanted_ids, wanted_keys = set(call.queries("id")), {key.upper() for key in call.queries("keys")}
    if max(len(wanted_ids), len(wanted_keys)) > MOST_PROJECT_REFS:
        raise BadRequestError(f"At most {MOST_PROJECT_REFS} projects can be named.")
    text = call.query("query").casefold()
    needs_browse = call.query("action", "view") != "view"
    return [
        project
        for project in world.projects.values()
        if world.sees_project(account, project)
        and ("archived" if project.archived else "live") in states
        and (project.browsable or not needs_browse)
        and (not wanted_ids or str(project.id) in wanted_ids)
        and (not wanted_keys or project.key in wanted_keys)
        and (text in project.key.casefold() or text in project.name.casefold())
    ]


def project_list(call: Call) -> Reply:
    """All projects, unpaged."""
    found = sorted(_projects(call), key=lambda project: project.key)
    return json_reply([call.shaper.project_entry(project) for project in found])


def project_search(call: Call) -> Reply:
    """A page of projects. At most 100 however many are asked for."""
    start = call.number("startAt", 0)
    size = min(call.number("maxResults", PAGE_OF_PROJECTS // 2), PAGE_OF_PROJECTS)
    order = call.query("orderBy", "key")
    by_name = order.lstrip("+- ") == "name"
    found = sorted(
        _projects(call),
        key=lambda project: project.name.casefold() if by_name else project.key,
        reverse=order.startswith("-"),
    )
    last = start + size >= len(found)
    at = call.shaper.link(f"project/search?maxResults={size}&startAt=")
    page: Json = {
        "self": f"{at}{start}",
        "maxResults": size,
        "startAt": start,
        "total": len(found),
        "isLast": last,
        "values": [call.shaper.project_entry(project) for project in found[start : start + size]],
    }
    if not last:
        page["nextPage"] = f"{at}{start + size}"
    return json_reply(page)


def project(call: Call) -> Reply:
    """One project by id or key."""
    return json_reply(call.shaper.project_detail(call.project()))


def project_statuses(call: Call) -> Reply:
    """The statuses of a project, for each of its issue types."""
    found, world = call.project(), call.world
    shaped = [call.shaper.status(world.statuses[key]) for key in world.workflows[found.workflow].statuses]
    answer = []
    for type_id in found.types:
        kind = call.shaper.issue_type(world.types[type_id])
        brief = {part: kind[part] for part in ("self", "id", "name", "subtask")}
        answer.append(brief | {"statuses": shaped})
    return json_reply(answer)


def issue(call: Call) -> Reply:
    """One issue by id, key or a key it had once; the answer carries today's key."""
    asked = chosen_fields(call.world, call.queries("fields") or ["*all"])
    found = call.issue()
    shape = issue_shape(call.shaper, found, asked)
    shape.setdefault("fields", {})
    if "changelog" in call.queries("expand"):
        shape["changelog"] = changelog(call.shaper, found)
    return json_reply(shape)


def transitions(call: Call) -> Reply:
    """The transitions offered to an issue now; with their screens under `expand=transitions.fields`."""
    found = call.issue()
    with_fields = "transitions.fields" in call.queries("expand")
    only = call.query("transitionId")
    shaped = [
        transition_shape(call.shaper, edge, found, with_fields=with_fields)
        for edge in call.world.transitions(found)
        if only in {"", edge.id}
    ]
    return json_reply({"expand": "transitions", "transitions": shaped})


def comments(call: Call) -> Reply:
    """The comments of an issue: nobody writes any here."""
    call.issue()
    return json_reply({"startAt": 0, "maxResults": 100, "total": 0, "comments": []})


class TransitionRef(msgspec.Struct):
    """Which transition."""

    id: str | int


class TransitionBody(msgspec.Struct):
    """The body of a transition request."""

    transition: TransitionRef | None = None
    fields: dict[str, Any] = {}
    update: dict[str, list[dict[str, Any]]] = {}


def transition(call: Call) -> Reply:
    """Take an issue along a transition: 204 and no body, or the reason why not."""
    found = call.issue()
    body = decoded(call.body, TransitionBody)
    if body.transition is None:
        raise BadRequestError("Missing 'transition' identifier")
    given = dict(body.fields)
    for name, operations in body.update.items():
        for operation in operations:
            given[name] = operation.get("set")
    strangers = {"issue", "transition", "by", "via"} & given.keys()
    if strangers:
        reason = "Field '{}' cannot be set. It is not on the appropriate screen, or unknown."
        raise Refusal(errors={name: reason.format(name) for name in sorted(strangers)})
    who = call.visitor.account
    call.world.transition(
        found.id, str(body.transition.id), by=who.account_id if who else None, via=API, **given
    )
    return Reply(204, b"", {"Content-Type": JSON})


def tenant_info(call: Call) -> Reply:
    """The cloud id of the site, for anybody."""
    return json_reply({"cloudId": call.world.cloud_id})


def site_status(_call: Call) -> Reply:
    """Whether the site is up, for anybody."""
    return json_reply({"state": "RUNNING"})


SITE_ENDPOINTS: Final = (
    Endpoint("GET", "/_edge/tenant_info", tenant_info, is_open=True),
    Endpoint("GET", "/status", site_status, is_open=True),
)
"""What the site answers outside of its REST API."""

ENDPOINTS: Final = (
    Endpoint("POST", "/search/jql", search_endpoints.search_post),
    Endpoint("GET", "/search/jql", search_endpoints.search_get),
    Endpoint("GET", "/myself", myself, scope="read:jira-user", signed_in_only=True),
    Endpoint("GET", "/issue/{ref}", issue),
    Endpoint("GET", "/issue/{ref}/transitions", transitions),
    Endpoint("POST", "/issue/{ref}/transitions", transition, scope="write:jira-work"),
    Endpoint("GET", "/issue/{ref}/comment", comments),
    Endpoint("POST", "/search/approximate-count", search_endpoints.count),
    Endpoint("GET", "/field", fields),
    Endpoint("GET", "/project/search", project_search),
    Endpoint("GET", "/project", project_list),
    Endpoint("GET", "/project/{ref}", project),
    Endpoint("GET", "/project/{ref}/statuses", project_statuses),
    Endpoint("GET", "/serverInfo", server_info),
    Endpoint("GET", "/status", statuses),
    Endpoint("GET", "/statuscategory", categories),
    Endpoint("GET", "/priority", priorities),
    Endpoint("GET", "/issuetype", issue_types),
    Endpoint("GET", "/resolution", resolutions),
    Endpoint("GET", "/search", search_endpoints.removed),
    Endpoint("POST", "/search", search_endpoints.removed),
)
