"""What every Jira Cloud site has: status categories, priorities, resolutions, issue types, fields.

Real sites name these things in the language of the person who asks, so each name can carry translations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

NEW, INDETERMINATE, DONE = "new", "indeterminate", "done"

ESTIMATE_FIELD = "customfield_10016"
"""Story point estimate: the field team-managed projects come with, under this id on most sites."""
POINTS_FIELD = "customfield_10026"
"""Story Points: the company-managed field; nothing but its name tells it from any other number field."""
SPRINT_FIELD = "customfield_10020"
EFFORT = 10041
EFFORT_FIELD = f"customfield_{EFFORT}"


@dataclass(frozen=True, slots=True)
class Category:
    """A status category; the keys and ids are the same on every Jira site, the names are not."""

    id: int
    key: str
    color: str
    name: str
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Status:
    """A workflow status; `project_id` is set for the private statuses of a team-managed project."""

    id: str
    name: str
    category: str
    project_id: int | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A priority or a resolution. A lower place in the site's list means a higher priority."""

    id: str
    name: str
    description: str
    color: str = ""
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IssueType:
    """A type of issue; `level` is -1 for sub-tasks, 0 for standard issues, 1 for epics."""

    id: str
    name: str
    level: int = 0
    description: str = ""
    avatar: int = 10300
    names: Mapping[str, str] = field(default_factory=dict)
    project_id: int | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A field as `GET /field` lists it. `schema` is absent on a few, as on real sites."""

    id: str
    name: str
    schema: Mapping[str, str | int] | None = None
    clause_names: tuple[str, ...] = ()
    navigable: bool = True
    project_id: int | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def custom(self) -> bool:
        """Whether somebody added the field to the site, as opposed to a system field."""
        return self.id.startswith("customfield_")


CATEGORIES: Mapping[str, Category] = MappingProxyType(
    {
        "undefined": Category(1, "undefined", "medium-gray", "No Category", {"zh_CN": "无类别"}),
        NEW: Category(2, NEW, "blue-gray", "To Do", {"zh_CN": "待办"}),
        INDETERMINATE: Category(4, INDETERMINATE, "yellow", "In Progress", {"zh_CN": "正在进行"}),
        DONE: Category(3, DONE, "green", "Done", {"zh_CN": "完成"}),
    },
)

PRIORITIES = (
    Named("1", "Highest", "This problem will block progress.", "#d04437", {"zh_CN": "最高"}),
    Named("2", "High", "Serious problem that could block progress.", "#f15C75", {"zh_CN": "高"}),
    Named("3", "Medium", "Has the potential to affect progress.", "#f79232", {"zh_CN": "中"}),
    Named("4", "Low", "Minor problem or easily worked around.", "#707070", {"zh_CN": "低"}),
    Named("5", "Lowest", "Trivial problem with little or no impact.", "#999999", {"zh_CN": "最低"}),
)

RESOLUTIONS = (
    Named("10000", "Done", "Work has been completed on this issue.", names={"zh_CN": "完成"}),
    Named("10001", "Won't Do", "This issue won't be actioned.", names={"zh_CN": "不做"}),
    Named("10002", "Duplicate", "The problem is a duplicate of an existing issue.", names={"zh_CN": "重复"}),
    Named("10003", "Cannot Reproduce", "All attempts at reproducing this issue failed."),
)

STORY, TASK, BUG, EPIC, SUBTASK = "10001", "10002", "10004", "10000", "10003"
ISSUE_TYPES = (
    IssueType(EPIC, "Epic", 1, "A collection of related work.", 10307, {"zh_CN": "长篇故事"}),
    IssueType(STORY, "Story", 0, "A goal of the person who uses it.", 10315, {"zh_CN": "故事"}),
    IssueType(TASK, "Task", 0, "A small, distinct piece of work.", 10318, {"zh_CN": "任务"}),
    IssueType(BUG, "Bug", 0, "Something that does not work.", 10303, {"zh_CN": "缺陷"}),
    IssueType(SUBTASK, "Sub-task", -1, "A small part of a larger piece of work.", 10316, {"zh_CN": "子任务"}),
)

NUMBER = "com.atlassian.jira.plugin.system.customfieldtypes:float"


def system(field_id: str, name: str, kind: str, *clauses: str, items: str = "", nav: bool = True) -> Field:
    """One system field; `clauses` are the names JQL knows it by, `items` the kind of an array's elements."""
    schema: dict[str, str | int] = {"type": kind, "system": field_id}
    if items:
        schema["items"] = items
    return Field(field_id, name, schema, clauses, navigable=nav)


def custom(  # noqa: PLR0913 - the parts of a field, all but three by name
    number: int,
    name: str,
    kind: str,
    *,
    type_key: str = NUMBER,
    project_id: int | None = None,
    names: Mapping[str, str] | None = None,
    hint: str = "Number",
) -> Field:
    """One custom field, with the clause names real sites give it: `cf[N]`, the name, `name[Hint]`."""
    schema: dict[str, str | int] = {"type": kind, "custom": type_key, "customId": number}
    if kind == "array":
        schema["items"] = "json"
    clauses = (f"cf[{number}]", name, f"{name}[{hint}]")
    return Field(
        f"customfield_{number}", name, schema, clauses, project_id=project_id, names=dict(names or {})
    )


SYSTEM_FIELDS = (
    system("statuscategorychangedate", "Status Category Changed", "datetime", "statusCategoryChangedDate"),
    Field("issuekey", "Key", None, ("id", "issue", "issuekey", "key")),
    Field("parent", "Parent", None, ("parent",)),
    Field("thumbnail", "Images", None, ()),
    system("summary", "Summary", "string", "summary"),
    system("issuetype", "Issue Type", "issuetype", "issuetype", "type"),
    system("status", "Status", "status", "status"),
    system("priority", "Priority", "priority", "priority"),
    system("resolution", "Resolution", "resolution", "resolution"),
    system("resolutiondate", "Resolved", "datetime", "resolutiondate", "resolved"),
    system("project", "Project", "project", "project"),
    system("assignee", "Assignee", "user", "assignee"),
    system("reporter", "Reporter", "user", "reporter"),
    system("creator", "Creator", "user", "creator"),
    system("created", "Created", "datetime", "created", "createdDate"),
    system("updated", "Updated", "datetime", "updated", "updatedDate"),
    system("duedate", "Due date", "date", "due", "duedate"),
    system("labels", "Labels", "array", "labels", items="string"),
    system("subtasks", "Sub-tasks", "array", "subtasks", items="issuelinks"),
    system("issuelinks", "Linked Issues", "array", items="issuelinks"),
    system("fixVersions", "Fix versions", "array", "fixVersion", items="version"),
    system("components", "Components", "array", "component", items="component"),
    system("description", "Description", "string", "description"),
    system("comment", "Comment", "comments-page", "comment", nav=False),
    system("votes", "Votes", "votes", "votes"),
    system("watches", "Watchers", "watches", "watchers"),
)


def custom_fields(scoped: Mapping[str, int]) -> tuple[Field, ...]:
    """The custom fields of the site: both story point fields, and the decoys that real sites have.

    `scoped` maps a letter to the project id of a team-managed project that owns a field of the same name.
    """
    fields = [
        custom(
            10016,
            "Story point estimate",
            "number",
            type_key="com.pyxis.greenhopper.jira:jsw-story-points",
            names={"zh_CN": "故事点估算", "de_DE": "Story-Point-Schätzung"},
        ),
        custom(10019, "Rank", "any", type_key="com.pyxis.greenhopper.jira:gh-lexo-rank", hint="Rank"),
        custom(10020, "Sprint", "array", type_key="com.pyxis.greenhopper.jira:gh-sprint", hint="Sprint"),
        custom(10026, "Story Points", "number", names={"zh_CN": "故事点", "de_DE": "Story Points"}),
        custom(EFFORT, "Effort score", "number"),
        custom(10070, "Story points median", "number"),
        custom(10071, "Story points confidence", "number"),
    ]
    for offset, project_id in enumerate(scoped.values()):
        fields.append(custom(10104 + 2 * offset, "Story Points", "number", project_id=project_id))
        fields.append(custom(10105 + 2 * offset, "Impact", "number", project_id=project_id))
    return tuple(fields)
