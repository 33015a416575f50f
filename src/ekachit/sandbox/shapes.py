"""The JSON that Jira Cloud sends for each thing: ids are strings, a status category's id is an integer.

Shapes follow the vendor's OpenAPI document of 2026-06-10 and public captures of real answers; where the two
differ (a field's `untranslatedName`, a transition's `isLooped`) the captures are followed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from ekachit.sandbox import catalogue
from ekachit.sandbox.catalogue import Category, Field, IssueType, Named, Status
from ekachit.sandbox.index import View
from ekachit.sandbox.site import Account, Issue, Project
from ekachit.sandbox.world import World

Json = dict[str, Any]

AVATAR_SIZES: Final = {"48x48": "", "24x24": "?size=small", "16x16": "?size=xsmall", "32x32": "?size=medium"}
PROJECT_EXPANDS: Final = "description,lead,issueTypes,url,projectKeys,permissions,insight"


@lru_cache(maxsize=50_000)
def wire_time(moment: int, zone: ZoneInfo) -> str:
    """A moment as Jira writes it: milliseconds, and the offset without a colon (`+0100`)."""
    here = datetime.fromtimestamp(moment / 1000, zone)
    return f"{here:%Y-%m-%dT%H:%M:%S}.{moment % 1000:03d}{here:%z}"


@dataclass(slots=True)
class Shaper:
    """Shapes things for one answer: `base` is the address before `/rest`, `version` the API's 2, 3 or latest.

    Things that come again and again in one answer (a project, a status, a person) are shaped once.
    """

    world: World
    base: str
    version: str = "3"
    asker: Account | None = None
    view: View | None = None
    """What a search sees of the issues inside others; None: the present."""
    zone: ZoneInfo = field(init=False)
    known: dict[tuple[str, object], Json] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.zone = self.world.zone

    def link(self, path: str) -> str:
        """A `self` link."""
        return f"{self.base}/rest/api/{self.version}/{path}"

    def seen(self, issue: Issue) -> Issue | None:
        """An issue inside another, as this answer sees it."""
        return issue if self.view is None else self.view.of(issue)

    def once(self, kind: str, key: object, make: Callable[[], Json]) -> Json:
        """The shape of a thing, made at its first use in this answer."""
        found = self.known.get((kind, key))
        if found is None:
            found = self.known[kind, key] = make()
        return found

    def named(self, entry: Category | Named | IssueType | Field) -> str:
        """The name in the language of whoever asks."""
        return entry.names.get(self.asker.locale, entry.name) if self.asker else entry.name

    def time(self, moment: int | None) -> str | None:
        """A moment, or None."""
        return None if moment is None else wire_time(moment, self.zone)

    def scope(self, project_id: int | None) -> Json:
        """The scope of what belongs to one team-managed project; nothing for the rest."""
        return (
            {} if project_id is None else {"scope": {"type": "PROJECT", "project": {"id": str(project_id)}}}
        )

    def category(self, key: str) -> Json:
        """A status category."""
        entry = catalogue.CATEGORIES[key]
        return {
            "self": self.link(f"statuscategory/{entry.id}"),
            "id": entry.id,
            "key": entry.key,
            "colorName": entry.color,
            "name": self.named(entry),
        }

    def status(self, entry: Status) -> Json:
        """A status with its category."""
        return self.once(
            "status",
            entry.id,
            lambda: {
                "self": self.link(f"status/{entry.id}"),
                "description": "",
                "iconUrl": f"{self.base}/images/icons/statuses/generic.png",
                "name": entry.name,
                "untranslatedName": entry.name,
                "id": entry.id,
                "statusCategory": self.category(entry.category),
                **self.scope(entry.project_id),
            },
        )

    def priority(self, entry: Named) -> Json:
        """A priority inside an issue."""
        return self.once(
            "priority",
            entry.id,
            lambda: {
                "self": self.link(f"priority/{entry.id}"),
                "iconUrl": f"{self.base}/images/icons/priorities/{entry.name.lower()}_new.svg",
                "name": self.named(entry),
                "id": entry.id,
            },
        )

    def priority_entry(self, entry: Named) -> Json:
        """A priority in the site's list."""
        more = {
            "statusColor": entry.color,
            "description": entry.description,
            "isDefault": entry.name == "Medium",
        }
        return self.priority(entry) | more

    def resolution(self, entry: Named) -> Json:
        """A resolution."""
        return {
            "self": self.link(f"resolution/{entry.id}"),
            "id": entry.id,
            "description": entry.description,
            "name": self.named(entry),
        }

    def issue_type(self, entry: IssueType) -> Json:
        """An issue type."""
        icon = f"universal_avatar/view/type/issuetype/avatar/{entry.avatar}?size=medium"
        return self.once(
            "issuetype",
            entry.id,
            lambda: {
                "self": self.link(f"issuetype/{entry.id}"),
                "id": entry.id,
                "description": entry.description,
                "iconUrl": f"{self.base}/rest/api/2/{icon}",
                "name": self.named(entry),
                "untranslatedName": entry.name,
                "subtask": entry.level < 0,
                "avatarId": entry.avatar,
                "hierarchyLevel": entry.level,
                **self.scope(entry.project_id),
            },
        )

    def avatars(self, path: str) -> Json:
        """The four sizes of an avatar."""
        return {
            size: f"{self.base}/rest/api/{self.version}/universal_avatar/view/{path}{query}"
            for size, query in AVATAR_SIZES.items()
        }

    def user(self, account_id: str | None) -> Json | None:
        """A person as they stand in an issue; the e-mail address only if their profile shows it."""
        account = self.world.accounts.get(account_id) if account_id else None
        return (
            None if account is None else self.once("user", account.account_id, lambda: self.account(account))
        )

    def account(self, account: Account, *, own: bool = False) -> Json:
        """A person. `own`: they ask about themselves, so nothing of the profile is kept back."""
        shape: Json = {
            "self": self.link(f"user?accountId={account.account_id}"),
            "accountId": account.account_id,
            "avatarUrls": self.avatars("type/user/avatar/10400"),
            "displayName": account.name,
            "active": True,
            "timeZone": account.time_zone,
            "accountType": "atlassian",
        }
        if own or account.email_public:
            shape["emailAddress"] = account.email
        return shape

    def myself(self, account: Account) -> Json:
        """The answer of /myself."""
        groups = {"size": 1, "items": []}
        roles = {"size": 1, "items": []}
        more = {
            "locale": account.locale,
            "groups": groups,
            "applicationRoles": roles,
            "expand": "groups,applicationRoles",
        }
        return self.account(account, own=True) | more

    def project(self, project: Project) -> Json:
        """A project inside an issue."""
        return self.once(
            "project",
            project.id,
            lambda: {
                "self": self.link(f"project/{project.id}"),
                "id": str(project.id),
                "key": project.key,
                "name": project.name,
                "projectTypeKey": "software",
                "simplified": project.style == "next-gen",
                "avatarUrls": self.avatars(f"type/project/avatar/{10400 + project.id % 24}"),
            },
        )

    def project_entry(self, project: Project) -> Json:
        """A project in a list of projects."""
        more: Json = {
            "expand": PROJECT_EXPANDS,
            "style": project.style,
            "isPrivate": project.members is not None,
        }
        more["properties"] = {}
        if project.archived:
            more["archived"] = True
        return self.project(project) | more

    def project_detail(self, project: Project) -> Json:
        """A project asked for by itself."""
        more: Json = {
            "description": "",
            "components": [],
            "issueTypes": [self.issue_type(self.world.types[kind]) for kind in project.types],
            "assigneeType": "UNASSIGNED",
            "versions": [],
            "roles": {},
        }
        lead = self.user(project.lead)
        if lead is not None:
            more["lead"] = lead
        return self.project_entry(project) | more

    def field(self, entry: Field) -> Json:
        """A field of the site. Custom fields carry the name as it was given, `untranslatedName`, too."""
        shape: Json = {"id": entry.id, "key": entry.id, "name": self.named(entry)}
        if entry.custom:
            shape["untranslatedName"] = entry.name
        shape |= {
            "custom": entry.custom,
            "orderable": entry.schema is not None,
            "navigable": entry.navigable,
            "searchable": bool(entry.clause_names),
            "clauseNames": list(entry.clause_names),
            **self.scope(entry.project_id),
        }
        if entry.schema is not None:
            shape["schema"] = dict(entry.schema)
        return shape
