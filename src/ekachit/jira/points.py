"""Story points: which fields hold them, and how many an issue has.

Jira has two standard fields. "Story point estimate" (team-managed projects) has a type of its own; "Story
Points" (company-managed) is a plain number that only its name tells. A site may have both, many times over,
and decoys.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from ekachit.jira.wire import Field

ESTIMATE_TYPE: Final = "com.pyxis.greenhopper.jira:jsw-story-points"
_ESTIMATE_NAME: Final = "story point estimate"
_POINTS_NAME: Final = "story points"
_TEAM_MANAGED: Final = "next-gen"
# Past any real estimate; a number like that is a mistake or an attack on the sums.
_MOST_POINTS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class PointsFields:
    """Ids of the fields that hold points: of team-managed and of company-managed projects, in order."""

    estimate: tuple[str, ...] = ()
    story_points: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """All of them, to ask for."""
        return self.estimate + self.story_points

    def in_order(self, project_style: str | None) -> tuple[str, ...]:
        """All of them, those of the project's style first (`next-gen` or `classic`)."""
        return self.ids if project_style == _TEAM_MANAGED else self.story_points + self.estimate


def find_points_fields(fields: Iterable[Field]) -> PointsFields:
    """Return the fields that hold points.

    A type of its own counts before names; of names the untranslated one counts before the shown one, that
    before the ones used in JQL. Names must be equal but for case: "Story points median" is something else.
    """
    estimate: list[Field] = []
    story_points: list[Field] = []
    for field in fields:
        match _kind(field):
            case "story point estimate":
                estimate.append(field)
            case "story points":
                story_points.append(field)
    return PointsFields(_ids(estimate), _ids(story_points))


def number_fields(fields: Iterable[Field]) -> list[Field]:
    """Return the custom fields that hold a number: those that a person may choose for points."""
    return [
        field
        for field in fields
        if field.id.startswith("customfield_") and field.schema and field.schema.type == "number"
    ]


def points_of(
    values: Mapping[str, object],
    fields: PointsFields,
    project_style: str | None = None,
    *,
    override: str = "",
) -> float | None:
    """Return an issue's points, None where it has none.

    Args:
        values: the issue's fields by id, as numbers or as undecoded JSON.
        fields: where points are.
        project_style: `next-gen` or `classic`.
        override: the one field to look at instead, as the person chose it; empty: the standard ones.
    """
    for field_id in (override,) if override else fields.in_order(project_style):
        value = number_in(values.get(field_id))
        if value is not None:
            return value
    return None


def _kind(field: Field) -> str | None:
    schema = field.schema
    if schema and schema.custom == ESTIMATE_TYPE:
        return _ESTIMATE_NAME
    if not field.id.startswith("customfield_") or (schema and schema.type not in {None, "number"}):
        return None
    return next((name for name in _names(field) if name in {_ESTIMATE_NAME, _POINTS_NAME}), None)


def _names(field: Field) -> Iterator[str]:
    for name in (field.untranslated_name, field.name, *field.clause_names):
        yield (name or "").strip().casefold().removesuffix("[number]")


def _ids(fields: list[Field]) -> tuple[str, ...]:
    """Fields of the whole site before those of one project, each by age."""
    ordered = sorted(fields, key=lambda field: (field.scope is not None, len(field.id), field.id))
    return tuple(dict.fromkeys(field.id for field in ordered))


def number_in(value: object) -> float | None:
    """Return a field's value as points, None where it is none: no number, negative, or past any real estimate."""
    if isinstance(value, msgspec.Raw):
        try:
            value = msgspec.json.decode(value)
        except (msgspec.MsgspecError, RecursionError, ValueError):
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= _MOST_POINTS and math.isfinite(value) else None
