"""The JSON of an issue, of the issues that stand inside it, and of the transitions it can take."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from ekachit.sandbox import catalogue
from ekachit.sandbox.shapes import Json, Shaper
from ekachit.sandbox.site import Issue
from ekachit.sandbox.workflow import ScreenField, Transition
from ekachit.sandbox.world import World

ISSUE_EXPANDS: Final = "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations"


def brief(shaper: Shaper, issue: Issue) -> Json:
    """A parent or a sub-task inside another issue: no assignee, no `updated`."""
    world, number = shaper.world, str(issue.id)
    priority = None if issue.priority_id is None else shaper.priority(world.priorities[issue.priority_id])
    return {
        "id": number,
        "key": issue.key,
        "self": shaper.link(f"issue/{number}"),
        "fields": {
            "summary": issue.summary,
            "status": shaper.status(world.statuses[issue.status_id]),
            "priority": priority,
            "issuetype": shaper.issue_type(world.types[issue.type_id]),
        },
    }


def issue_shape(shaper: Shaper, issue: Issue, fields: Iterable[str]) -> Json:
    """An issue with the fields named, in that order; those it does not have are left out."""
    shape: Json = {
        "expand": ISSUE_EXPANDS,
        "id": str(issue.id),
        "self": shaper.link(f"issue/{issue.id}"),
        "key": issue.key,
    }
    on_screens = shaper.world.projects[issue.project_id].points
    values: Json = {}
    for name in fields:
        if name in FIELD_VALUES:
            value = FIELD_VALUES[name](shaper, issue)
            if value is not None or name != "parent":
                values[name] = value
        elif name in on_screens:
            values[name] = issue.points if name == on_screens[0] else None
    if values:
        shape["fields"] = values
    return shape


def description(shaper: Shaper, issue: Issue) -> object:
    """The description: a document in API version 3, text in version 2, None when empty."""
    if not issue.description:
        return None
    if shaper.version != "3":
        return issue.description
    text = {"type": "text", "text": issue.description}
    return {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [text]}]}


def parent(shaper: Shaper, issue: Issue) -> Json | None:
    """The parent, or None."""
    found = shaper.world.issues.get(issue.parent_id) if issue.parent_id is not None else None
    return None if found is None or not shaper.world.sees(shaper.asker, found) else brief(shaper, found)


def subtasks(shaper: Shaper, issue: Issue) -> list[Json]:
    """The sub-tasks that the asker may see."""
    return [
        brief(shaper, child)
        for each in shaper.world.subtasks(issue)
        if (child := shaper.seen(each)) is not None and shaper.world.sees(shaper.asker, child)
    ]


def changelog(shaper: Shaper, issue: Issue) -> Json:
    """The status changes of an issue, newest first, as `expand=changelog` shows them."""
    world = shaper.world
    histories = []
    for change in reversed(world.history.get(issue.id, ())):
        item = {
            "field": "status",
            "fieldtype": "jira",
            "fieldId": "status",
            "from": change.before,
            "fromString": change.names[0],
            "to": change.after,
            "toString": change.names[1],
        }
        entry: Json = {"id": str(change.number), "created": shaper.time(change.moment), "items": [item]}
        author = shaper.user(change.by)
        histories.append(entry | ({"author": author} if author else {}))
    return {"startAt": 0, "maxResults": len(histories), "total": len(histories), "histories": histories}


def transition_shape(shaper: Shaper, edge: Transition, issue: Issue, *, with_fields: bool) -> Json:
    """A transition offered to an issue; its screen's fields only when asked for."""
    shape: Json = {
        "id": edge.id,
        "name": edge.name,
        "to": shaper.status(shaper.world.statuses[edge.to]),
        "hasScreen": bool(edge.screen),
        "isGlobal": edge.sources is None,
        "isInitial": False,
        "isAvailable": True,
        "isConditional": False,
        "isLooped": edge.to == issue.status_id,
    }
    if with_fields:
        shape["fields"] = {asked.field_id: screen_field(shaper, asked) for asked in edge.screen}
    return shape


def screen_field(shaper: Shaper, asked: ScreenField) -> Json:
    """A field on a transition's screen, with the values it may take where there is a list of them."""
    entry = next(entry for entry in shaper.world.fields if entry.id == asked.field_id)
    shape: Json = {
        "required": asked.required,
        "schema": dict(entry.schema or {"type": "any"}),
        "name": shaper.named(entry),
        "key": entry.id,
        "hasDefaultValue": False,
        "operations": ["set"],
    }
    if asked.field_id == "resolution":
        shape["allowedValues"] = [
            {"self": shaper.link(f"resolution/{value.id}"), "name": shaper.named(value), "id": value.id}
            for value in shaper.world.resolutions.values()
        ]
    return shape


FIELD_VALUES: Final[dict[str, Callable[[Shaper, Issue], object]]] = {
    "statuscategorychangedate": lambda shaper, issue: shaper.time(issue.category_changed),
    "summary": lambda _shaper, issue: issue.summary,
    "issuetype": lambda shaper, issue: shaper.issue_type(shaper.world.types[issue.type_id]),
    "status": lambda shaper, issue: shaper.status(shaper.world.statuses[issue.status_id]),
    "priority": lambda shaper, issue: (
        None if issue.priority_id is None else shaper.priority(shaper.world.priorities[issue.priority_id])
    ),
    "resolution": lambda shaper, issue: (
        None
        if issue.resolution_id is None
        else shaper.resolution(shaper.world.resolutions[issue.resolution_id])
    ),
    "resolutiondate": lambda shaper, issue: shaper.time(issue.resolved),
    "project": lambda shaper, issue: shaper.project(shaper.world.projects[issue.project_id]),
    "assignee": lambda shaper, issue: shaper.user(issue.assignee),
    "reporter": lambda shaper, issue: shaper.user(issue.reporter),
    "creator": lambda shaper, issue: shaper.user(issue.reporter),
    "created": lambda shaper, issue: shaper.time(issue.created),
    "updated": lambda shaper, issue: shaper.time(issue.updated),
    "duedate": lambda _shaper, _issue: None,
    "labels": lambda _shaper, issue: list(issue.labels),
    "parent": parent,
    "subtasks": subtasks,
    "issuelinks": lambda _shaper, _issue: [],
    "fixVersions": lambda _shaper, _issue: [],
    "components": lambda _shaper, _issue: [],
    "description": description,
    catalogue.SPRINT_FIELD: lambda _shaper, _issue: None,
    "comment": lambda shaper, issue: {
        "comments": [],
        "self": shaper.link(f"issue/{issue.id}/comment"),
        "maxResults": 0,
        "total": 0,
        "startAt": 0,
    },
    "votes": lambda shaper, issue: {
        "self": shaper.link(f"issue/{issue.key}/votes"),
        "votes": 0,
        "hasVoted": False,
    },
    "watches": lambda shaper, issue: {
        "self": shaper.link(f"issue/{issue.key}/watchers"),
        "watchCount": 0,
        "isWatching": False,
    },
}


def chosen_fields(world: World, asked: Iterable[str]) -> list[str]:
    """The field ids a request means: ids, `*all`, `*navigable`, and `-id` to leave one out.

    Jira's default differs by endpoint, so an empty list stays empty here. Unknown ids are ignored.
    """
    chosen: dict[str, None] = {}
    dropped: set[str] = set()
    everything = [entry for entry in world.fields if entry.id in FIELD_VALUES or entry.custom]
    names = [name for part in asked for name in part.split(",")]
    only_drops = bool(names) and all(name.startswith("-") for name in names)
    for name in ["*all", *names] if only_drops else names:
        if name == "*all":
            chosen.update(dict.fromkeys(entry.id for entry in everything))
        elif name == "*navigable":
            chosen.update(dict.fromkeys(entry.id for entry in everything if entry.navigable))
        elif name.startswith("-"):
            dropped.add(name[1:])
        else:
            chosen[name] = None
    return [name for name in chosen if name not in dropped]
