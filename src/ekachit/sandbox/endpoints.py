"""What each endpoint of the REST API answers; those that search are in `search_endpoints`.

The rules come from the vendor's API document and public captures.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from starlette.responses import Response

from ekachit.sandbox import catalogue, search_endpoints
from ekachit.sandbox.auth import json_response
from ekachit.sandbox.calls import BadRequestError, Call, Endpoint, decoded
from ekachit.sandbox.issue_shapes import chosen_fields, issue_shape, transition_shape
from ekachit.sandbox.shapes import Json, wire_time
from ekachit.sandbox.site import Project

PAGE_OF_PROJECTS: Final = 100
MOST_PROJECT_REFS: Final = 50


def myself(call: Call) -> Response:
    """Who asks."""
    account = call.visitor.account
    return json_response({} if account is None else call.shaper.myself(account))


def server_info(call: Call) -> Response:
    """The site's version and address; open to anybody."""
    world = call.world
    moment = wire_time(world.clock(), call.shaper.zone)
    return json_response(
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


def fields(call: Call) -> Response:
    """System fields, and custom ones whose project the asker can see; only the former for nobody."""
    world, account = call.world, call.visitor.account

    def visible(entry: catalogue.Field) -> bool:
        if not entry.custom:
            return True
        return account is not None and (
            entry.project_id is None or world.sees_project(account, world.projects[entry.project_id])
        )

    return json_response([call.shaper.field(entry) for entry in world.fields if visible(entry)])


def statuses(call: Call) -> Response:
    """Every status in use."""
    entries = call.world.statuses.values() if call.visitor.account else ()
    return json_response([call.shaper.status(entry) for entry in entries])


def categories(call: Call) -> Response:
    """The four status categories."""
    return json_response([call.shaper.category(key) for key in catalogue.CATEGORIES])


def priorities(call: Call) -> Response:
    """The priorities, highest first."""
    return json_response([call.shaper.priority_entry(entry) for entry in call.world.priorities.values()])


def resolutions(call: Call) -> Response:
    """The resolutions."""
    return json_response([call.shaper.resolution(entry) for entry in call.world.resolutions.values()])


def issue_types(call: Call) -> Response:
    """The issue types."""
    return json_response([call.shaper.issue_type(entry) for entry in call.world.types.values()])


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


def project_list(call: Call) -> Response:
    """All projects, unpaged."""
    found = sorted(_projects(call), key=lambda project: project.key)
    return json_response([call.shaper.project_entry(project) for project in found])


def project_search(call: Call) -> Response:
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
    return json_response(page)


def project(call: Call) -> Response:
    """One project by id or key."""
    return json_response(call.shaper.project_detail(call.project()))


def project_statuses(call: Call) -> Response:
    """The statuses of a project, for each of its issue types."""
    found, world = call.project(), call.world
    shaped = [call.shaper.status(world.statuses[key]) for key in world.workflows[found.workflow].statuses]
    answer = []
    for type_id in found.types:
        kind = call.shaper.issue_type(world.types[type_id])
        brief = {part: kind[part] for part in ("self", "id", "name", "subtask")}
        answer.append(brief | {"statuses": shaped})
    return json_response(answer)


def issue(call: Call) -> Response:
    """One issue by id, key or a key it had once; the answer carries today's key."""
    asked = chosen_fields(call.world, call.queries("fields") or ["*all"])
    shape = issue_shape(call.shaper, call.issue(), asked)
    shape.setdefault("fields", {})
    return json_response(shape)


def transitions(call: Call) -> Response:
    """The transitions offered to an issue now; with their screens under `expand=transitions.fields`."""
    found = call.issue()
    with_fields = "transitions.fields" in call.queries("expand")
    only = call.query("transitionId")
    shaped = [
        transition_shape(call.shaper, edge, found, with_fields=with_fields)
        for edge in call.world.transitions(found)
        if only in {"", edge.id}
    ]
    return json_response({"expand": "transitions", "transitions": shaped})


def comments(call: Call) -> Response:
    """The comments of an issue: nobody writes any here."""
    call.issue()
    return json_response({"startAt": 0, "maxResults": 100, "total": 0, "comments": []})


class TransitionRef(msgspec.Struct):
    """Which transition."""

    id: str | int


class TransitionBody(msgspec.Struct):
    """The body of a transition request."""

    transition: TransitionRef | None = None
    fields: dict[str, Any] = {}
    update: dict[str, list[dict[str, Any]]] = {}


def transition(call: Call) -> Response:
    """Take an issue along a transition: 204 and no body, or the reason why not."""
    found = call.issue()
    body = decoded(call.body, TransitionBody)
    if body.transition is None:
        raise BadRequestError("Missing 'transition' identifier")
    given = dict(body.fields)
    for name, operations in body.update.items():
        for operation in operations:
            given[name] = operation.get("set")
    call.world.transition(found.id, str(body.transition.id), **given)
    return Response(status_code=204, media_type="application/json;charset=UTF-8")


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
