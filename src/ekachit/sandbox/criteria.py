"""What each JQL field, operator and function means: a clause in, a test for one issue out."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ekachit.sandbox import catalogue
from ekachit.sandbox.jql import Clause, JqlError, Operand
from ekachit.sandbox.site import AbsentError, Account, Issue, key_order
from ekachit.sandbox.world import World

Test = Callable[[Issue], bool]
Value = str | int | None
Read = Callable[[Issue], Value]

RELATIVE: Final = re.compile(r"([+-]?\d{1,9})([wdhm])")
UNITS: Final = {"w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000}
DATE_FORMS: Final = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")
COMPARE: Final[dict[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}
ALIASES: Final = {
    "id": "issue",
    "key": "issue",
    "issuekey": "issue",
    "type": "issuetype",
    "updateddate": "updated",
    "createddate": "created",
    "resolved": "resolutiondate",
    "statuscategorychangeddate": "statuscategorychangedate",
    "labels": "labels",
}
DATES: Final[dict[str, Callable[[Issue], int | None]]] = {
    "updated": lambda issue: issue.updated,
    "created": lambda issue: issue.created,
    "resolutiondate": lambda issue: issue.resolved,
    "statuscategorychangedate": lambda issue: issue.category_changed,
}
ANONYMOUS_FIELDS: Final = frozenset({"assignee", "reporter", "resolution"})


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks and when: `moment` in milliseconds since 1970."""

    account: Account | None
    moment: int


@dataclass(frozen=True, slots=True)
class Criteria:
    """Compiles the clauses of one query for one person. Each method raises `JqlError`."""

    world: World
    asker: Asker

    def test(self, clause: Clause) -> Test:
        """The test that a clause stands for."""
        name = ALIASES.get(clause.field, clause.field)
        if name in DATES:
            return self.dates(clause, DATES[name])
        if name in {"summary", "text", "description"}:
            return self.text(clause)
        if name in self.numbers():
            return self.number(clause)
        read = self.readers().get(name)
        if read is None:
            raise JqlError(f"Field '{clause.field}' does not exist or you do not have permission to view it.")
        return self.membership(clause, name, read)

    def readers(self) -> dict[str, Read]:
        """How to read the value that each field of names compares by: an id, or for sprint always nothing."""
        world = self.world
        return {
            "assignee": lambda issue: issue.assignee,
            "reporter": lambda issue: issue.reporter,
            "project": lambda issue: issue.project_id,
            "statuscategory": world.category,
            "status": lambda issue: issue.status_id,
            "issue": lambda issue: issue.id,
            "parent": lambda issue: issue.parent_id,
            "priority": lambda issue: issue.priority_id,
            "issuetype": lambda issue: issue.type_id,
            "resolution": lambda issue: issue.resolution_id,
            "sprint": lambda _issue: None,
        }

    def numbers(self) -> set[str]:
        """The names JQL knows the point fields by, lower case."""
        fields = {catalogue.ESTIMATE_FIELD, catalogue.POINTS_FIELD}
        return {
            clause.lower()
            for entry in self.world.fields
            if entry.id in fields
            for clause in entry.clause_names
        }

    # Names and ids

    def membership(self, clause: Clause, name: str, read: Read) -> Test:
        """= != in, not in, is, is not over a field of names; < and > too where the order means something."""
        if clause.operator in {"<", "<=", ">", ">="}:
            return self.ranked(clause, name)
        if clause.operator in {"~", "!~"}:
            raise JqlError(
                f"The operator '{clause.operator}' is not supported by the '{clause.field}' field."
            )
        wanted = frozenset(self.values(clause, name))
        if clause.operator in {"=", "in", "is"}:
            return lambda issue: read(issue) in wanted
        if None in wanted:
            return lambda issue: read(issue) not in wanted
        # A negative never matches an issue that has no value, as in Jira
        return lambda issue: (value := read(issue)) is not None and value not in wanted

    def values(self, clause: Clause, name: str) -> list[Value]:
        """What the operands of a clause stand for, in the terms the field compares by."""
        found: list[Value] = []
        for operand in clause.operands:
            if operand.kind == "empty":
                found.append(None)
            elif operand.kind == "function":
                found.extend(self.function_values(operand, clause.field))
            else:
                found.extend(self.named(name, operand, clause.field))
        return found

    def function_values(self, operand: Operand, field: str) -> list[Value]:
        """currentUser() is whoever asks, nobody for nobody; the sprint functions name none here."""
        if operand.text == "currentuser":
            return [self.asker.account.account_id] if self.asker.account else []
        if operand.text in {"opensprints", "closedsprints", "futuresprints"} and field == "sprint":
            return []
        raise JqlError(f"Unable to find JQL function '{operand.text}({', '.join(operand.arguments)})'.")

    def named(self, name: str, operand: Operand, field: str) -> list[Value]:
        """The value or values that a name, key or id stands for in a field."""
        finders: dict[str, Callable[[str], list[Value]]] = {
            "assignee": self.people,
            "reporter": self.people,
            "project": self.projects,
            "statuscategory": self.categories,
            "status": self.statuses,
            "issue": lambda text: self.issues(text, field),
            "parent": lambda text: self.issues(text, field),
            "priority": lambda text: self.entries(text, list(self.world.priorities.values())),
            "issuetype": lambda text: self.entries(text, list(self.world.types.values())),
            "resolution": self.resolutions,
            "sprint": lambda _text: [],
        }
        found = finders[name](operand.text)
        if not found and name not in {"issue", "parent", "assignee", "reporter", "sprint"}:
            raise JqlError(f"The value '{operand.text}' does not exist for the field '{field}'.")
        return found

    def people(self, text: str) -> list[Value]:
        """An account by id, e-mail address or name; an unknown one matches nothing, as in Jira."""
        try:
            return [self.world.account(text).account_id]
        except AbsentError:
            return []

    def projects(self, text: str) -> list[Value]:
        """A project by id, key or name, if the asker can see it and it is not archived."""
        try:
            project = self.world.project(text)
        except AbsentError:
            return []
        visible = (
            project.browsable
            and not project.archived
            and self.world.sees_project(self.asker.account, project)
        )
        return [project.id] if visible else []

    def categories(self, text: str) -> list[Value]:
        """A status category by key, id or name in any language it has."""
        wanted = text.casefold()
        for entry in catalogue.CATEGORIES.values():
            names = {entry.key, str(entry.id), entry.name.casefold(), *entry.names.values()}
            if wanted in names:
                return [entry.key]
        return []

    def statuses(self, text: str) -> list[Value]:
        """The statuses with this id or name: several projects can have one of the same name."""
        wanted = text.casefold()
        every = self.world.statuses.values()
        return [entry.id for entry in every if wanted in {entry.id, entry.name.casefold()}]

    def entries(self, text: str, entries: list[catalogue.Named] | list[catalogue.IssueType]) -> list[Value]:
        """The entries of a list with this id or name, in any language it has."""
        wanted = text.casefold()
        return [
            entry.id
            for entry in entries
            if wanted
            in {entry.id, entry.name.casefold(), *(name.casefold() for name in entry.names.values())}
        ]

    def resolutions(self, text: str) -> list[Value]:
        """A resolution by id or name; `Unresolved` is how Jira writes that there is none."""
        if text.casefold() == "unresolved":
            return [None]
        return self.entries(text, list(self.world.resolutions.values()))

    def issues(self, text: str, field: str) -> list[Value]:
        """An issue by id or key, also an old key.

        One that the asker cannot see is refused, or ignored when the world is not strict about it.
        """
        try:
            issue = self.world.issue(text)
        except AbsentError:
            issue = None
        if issue is not None and self.world.sees(self.asker.account, issue):
            return [issue.id]
        if not self.world.strict_ids:
            return []
        if text.isdigit():
            raise JqlError(f"A value with ID '{text}' does not exist for the field '{field}'.")
        raise JqlError(f"An issue with key '{text}' does not exist for field '{field}'.")

    def ranked(self, clause: Clause, name: str) -> Test:
        """< and > over issue keys (natural order) and priorities (a higher one is greater)."""
        compare = COMPARE[clause.operator]
        text = clause.operands[0].text
        if name == "issue":
            bound = key_order(self.world.issue(self.issues(text, clause.field)[0] or 0).key)
            return lambda issue: issue.order[0] == bound[0] and compare(issue.order[1], bound[1])
        if name == "priority":
            ranks = {priority_id: -index for index, priority_id in enumerate(self.world.priorities)}
            rank = ranks[str(self.named(name, clause.operands[0], clause.field)[0])]
            return lambda issue: issue.priority_id is not None and compare(ranks[issue.priority_id], rank)
        raise JqlError(f"The operator '{clause.operator}' is not supported by the '{clause.field}' field.")

    # Dates, text and numbers

    def dates(self, clause: Clause, read: Callable[[Issue], int | None]) -> Test:
        """Dates: quoted ones in the asker's time zone, relative ones, unquoted epoch milliseconds."""
        operand = clause.operands[0]
        if operand.kind == "empty":
            wanted = clause.operator in {"is", "="}
            return lambda issue: (read(issue) is None) is wanted
        compare = COMPARE.get(clause.operator)
        if compare is None:
            raise JqlError(
                f"The operator '{clause.operator}' is not supported by the '{clause.field}' field."
            )
        bound = self.moment(operand, clause.field)
        return lambda issue: (value := read(issue)) is not None and compare(value, bound)

    def moment(self, operand: Operand, field: str) -> int:
        """The moment an operand stands for, in milliseconds since 1970."""
        if operand.kind == "function":
            return self.function_moment(operand)
        if operand.kind == "literal" and operand.text.isdigit():
            return int(operand.text)
        relative = RELATIVE.fullmatch(operand.text)
        if relative:
            return self.asker.moment + int(relative[1]) * UNITS[relative[2]]
        for form in DATE_FORMS:
            try:
                naive = datetime.strptime(operand.text, form)  # noqa: DTZ007 - its zone is the asker's, put on below
            except ValueError:
                continue
            return int(naive.replace(tzinfo=self.zone()).timestamp() * 1000)
        raise JqlError(
            f"Date value '{operand.text}' for field '{field}' is invalid. Valid formats include: "
            "'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', "
            "or a period format e.g. '-5d', '4w 2d'."
        )

    def zone(self) -> ZoneInfo:
        """The asker's own time zone, in which Jira reads quoted dates."""
        return ZoneInfo(self.asker.account.time_zone if self.asker.account else self.world.time_zone)

    def function_moment(self, operand: Operand) -> int:
        """now() and startOfDay()."""
        if operand.text == "now":
            return self.asker.moment
        if operand.text == "startofday":
            here = datetime.fromtimestamp(self.asker.moment / 1000, self.zone())
            midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
            offset = RELATIVE.fullmatch(operand.arguments[0]) if operand.arguments else None
            shift = timedelta(milliseconds=int(offset[1]) * UNITS[offset[2]]) if offset else timedelta()
            return int((midnight + shift).timestamp() * 1000)
        raise JqlError(f"Unable to find JQL function '{operand.text}({', '.join(operand.arguments)})'.")

    def text(self, clause: Clause) -> Test:
        """Text search: every word must occur, as a whole word unless a * follows it."""
        if clause.operator not in {"~", "!~"}:
            raise JqlError(
                f"The operator '{clause.operator}' is not supported by the '{clause.field}' field."
            )
        words = [_word(word) for word in clause.operands[0].text.replace('"', " ").split()]
        in_summary = clause.field != "description"
        in_description = clause.field != "summary"

        def holds(issue: Issue) -> bool:
            text = " ".join((issue.summary * in_summary, issue.description * in_description))
            return all(word.search(text) for word in words)

        return holds if clause.operator == "~" else lambda issue: not holds(issue)

    def number(self, clause: Clause) -> Test:
        """Story points, compared as numbers."""
        operand = clause.operands[0]
        if operand.kind == "empty":
            wanted = clause.operator in {"is", "="}
            return lambda issue: (issue.points is None) is wanted
        compare = COMPARE.get(clause.operator)
        if compare is None:
            raise JqlError(
                f"The operator '{clause.operator}' is not supported by the '{clause.field}' field."
            )
        try:
            bound = float(operand.text)
        except ValueError:
            raise JqlError(f"'{operand.text}' is an invalid number for the field '{clause.field}'.") from None
        return lambda issue: issue.points is not None and compare(issue.points, bound)


def _word(text: str) -> re.Pattern[str]:
    """What finds one word of a text search. Chinese is written without blanks, so there any place will do."""
    stem = text.rstrip("*")
    if not stem.isascii():
        return re.compile(re.escape(stem), re.IGNORECASE)
    end = "" if text.endswith("*") else r"(?!\w)"
    return re.compile(rf"(?<!\w){re.escape(stem)}{end}", re.IGNORECASE)
